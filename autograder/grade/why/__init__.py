"""Why a hidden check failed: the smallest case of it, on other inputs than the graded ones."""
