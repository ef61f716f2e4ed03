"""Grading written answers by hand: one page, one question at a time."""
