"""The smallest course that the builder takes: one notebook, three exercises."""

import shutil

from tests.course_scripts import ROOT

TITLE = """\
# %% [markdown]
# # 01 · Toy
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/a/b/HEAD)
#
# A story. About 10 minutes.
# - one
# - two
# - three

# %%
import random

explore = print

# %% [markdown]
# ## The picture
# ## The idea
# ## Predict
# ## Experiment
"""

EXERCISE = """\
# %% [markdown]
# ## Exercise {letter} — {name}
# <details><summary>Hint 1</summary>Which?</details>
# <details><summary>Hint 2</summary>That.</details>

# %% solution="{name}"
def {name}(number):
    \"\"\"Return twice the number.\"\"\"
    ### BEGIN SOLUTION Exercise {letter}: double the number
    return 2 * number  # secret of {name}
    ### END SOLUTION

# %% check="{name}" points={visible}
seen = {name}(2)
### JUDGE
assert seen == 4, f"{name}(2) returned {{seen}}, expected 4: twice 2"

# %% check="{name}_hidden" points={hidden}
### BEGIN HIDDEN TESTS
### RULE: {name} doubles any number.
seen = {name}(21)
### JUDGE
assert seen == 42, f"{name}(21) returned {{seen}}, expected 42: twice 21"
### END HIDDEN TESTS

# %%
explore({name})
"""

CLOSING = """\
# %% [markdown]
# ## Explain
# Why?

# %% [markdown] answer="explain" points=3
# Because of the model answer.

# %% [markdown] rubric="explain"
# ### BEGIN MARK SCHEME
# One point for the secret rubric.
# ### END MARK SCHEME

# %% [markdown]
# ## In production
# ## Hand in

# %%
import course

course.submit()

# %% [markdown]
# ## What breaks next
"""

SCRIPT = "\n".join(
    (
        TITLE,
        EXERCISE.format(letter="A", name="alpha", visible=3, hidden=3),
        EXERCISE.format(letter="B", name="beta", visible=3, hidden=3),
        EXERCISE.format(letter="C", name="gamma", visible=2, hidden=3),
        CLOSING,
    )
)


def make_course(folder, script=SCRIPT):
    """Write a course of one notebook, 01_toy, into the folder and return the folder."""
    (folder / "solutions").mkdir(parents=True)
    (folder / "solutions" / "01_toy.py").write_text(script, encoding="utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder
