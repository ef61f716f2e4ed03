"""From a submission to its scores: rebuild the notebook, run it shut in, judge what was seen."""
