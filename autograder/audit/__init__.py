"""How strong the checks are: mutants of the solutions, and right and wrong submissions."""
