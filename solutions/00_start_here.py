# %% [markdown] question="how does a notebook work? (not graded)" shown="explore()"
# # 0 · Start here
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/00_start_here/00_start_here.ipynb)
#
# Ten notebooks, one photo-sharing app. It starts on one rented machine with a hundred users and ends with millions.
# You move sliders over small simulations, write one part yourself (a balancer, a cache, a queue), and watch *your* part run inside.
# Here you try out how that works, in a shop with three tills.
#
# **Time:** about 12 minutes. Nothing is graded here. Afterwards you will know
#
# - how to run a notebook, predict, and move sliders,
# - how to write an exercise, check it, and read what a check says,
# - where to see your progress.
#
# ## Run a cell
#
# A notebook is a column of cells. Click on one and press **Shift + Enter**: it runs, and the next one is chosen. Run the cell below now, then go on downwards, in order.
# If something goes wrong: menu **Kernel**, then **Restart Kernel and Run All Cells…**.

# %%
from course.start_here import explore, play, progress, replay

# %% [markdown]
# ## Stand at the door
#
# Twelve customers come to a shop, and you tell each of them which till to go to: press its button (on the keyboard: **Tab**, then the space bar). You cannot know how long each takes.
# The time below the shop is what all of them together have stood in line. Keep it short.

# %%
by_hand = play()
by_hand

# %% [markdown]
# ## Predict
#
# Every notebook asks you for a number before it shows you one. It is not graded. You will remember a guess that was wrong better than an answer that you only read.
#
# On a whole day no one stands at the door. 100 customers come per hour, each takes 1.5 minutes to serve, and each picks one of the three tills at random. That keeps the tills busy about 83 % of the time. **How many minutes does a customer wait before it is their turn?**
# Put your number in place of `None` and run the cell.

# %%
prediction = None  # minutes

# %% [markdown]
# ## Experiment
#
# On the left: the tills at one moment of the day. On the right: how long a customer waits on average, and your prediction, the purple diamond.
#
# Move a slider and look. Click on its knob and use the arrow keys ← → for single steps, or click on the number next to it, type another one and press Enter. Each move runs 2,000 customers through the shop.
#
# The buttons above the picture are the steps of an experiment. One press sets the sliders and asks a question; a second press gives the answer.
#
# 1. *Ten more customers*: do they wait 10 % longer?
# 2. *Fifteen more customers*: and now?

# %%
explore(prediction=prediction)

# %% [markdown]
# <details><summary>How long they wait</summary>
#
# About seven minutes for a minute and a half at the till. Look at the queues: at the moment shown, one till is free while more than twenty people stand at another.
#
# </details>
#
# ## Write something
#
# Choosing at random is not clever. An exercise asks you to do better, and says exactly what to write:
#
# `choose_till(queues)` gets a list with the number of people at each till, such as `[3, 0, 2]`. It returns the **index** of the till with the fewest people. If several tills have the fewest, it returns the first of them.
#
# Each exercise has two hints. Open one only when you are stuck.
#
# <details><summary>Hint 1</summary>
#
# Which till would you choose, and what is its number if the first one is number 0?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `min(queues)` is the smallest number in the list, and `queues.index(x)` is the first place in the list that holds x.
#
# </details>
#
# Run the three cells below as they are. Then replace the line `raise NotImplementedError(…)` with your own (indented as it is), and run the three again.


# %%
def choose_till(queues):
    """Return the index of the till with the fewest people; the first of several."""
    raise NotImplementedError("Start here: return the index of the shortest queue")


# %% [markdown]
# The next cell is a **check**. It shows ✓ when your code is right, and ○ as long as nothing is written. Otherwise it shows ✗ and says what it called, what came back, and what it expected.
# If your code raises an error, it shows the error and the line of yours where it happened.

# %%
seen = [choose_till([3, 0, 2]), choose_till([1, 1]), choose_till([4])]
### JUDGE
why = "the second till is empty" if seen[0] is not None else "did you print it instead of returning it?"
assert seen[0] == 1, f"choose_till([3, 0, 2]) returned {seen[0]}, expected 1: {why}"
assert seen[1] == 0, f"choose_till([1, 1]) returned {seen[1]}, expected 0: the first of the shortest"
assert seen[2] == 0, f"choose_till([4]) returned {seen[2]}, expected 0: there is only one till"

# %% [markdown]
# Your twelve customers come once more, to three shops at once: with your rule, with what you chose by hand, and with tills at random. Until you have written your rule you see a sentence instead of a film.
# Click on a customer of your rule, and you see what `choose_till` got, what it returned, and which of its lines did that. Who waits longest in each shop, and behind whom?

# %%
replay(choose_till, by_hand)

# %% [markdown]
# Twelve are few, and luck counts. Here your rule runs the shop for 2,000 customers, in blue. Gray is what you compare it with, on the same customers: tills at random.
#
# 1. *Fifteen more customers*: what does your rule save now?

# %%
explore(choose_till, prediction=prediction)

# %% [markdown]
# ## How your work is graded
#
# - In the notebooks 01 to 10 each exercise has checks that you see and **hidden checks**, which run when your work is graded. They use other inputs, and ask for nothing that the exercise's text does not say.
# - **Validate**, in the bar above a notebook, runs all checks that you can see, from the top, in a fresh kernel. It is the best last step before you hand in.
# - `import course; course.check()` in a cell of your own runs all checks that you can see, and says what to do next.
# - Each notebook has one question to answer in words, near the end. Double-click *Write your answer here.*, write, and press Shift + Enter. A person reads it.
# - Write only where it says so. If you change a check, grading puts the original back.
# - **Save** with Ctrl + S (on a Mac: Cmd + S). The button under **Hand in**, near the end of each notebook, looks at what is saved and makes one file. Hand it in the way your course tells you.
#
# ## The ten notebooks
#
# | | asks |
# |---|---|
# | [1 · One server](../01_single_server/01_single_server.ipynb) | how much can one machine do, and what does the last 10 % cost? |
# | [2 · Load balancer](../02_load_balancer/02_load_balancer.ipynb) | who should serve the next request, and who notices that a server died? |
# | [3 · Database replication](../03_database_replication/03_database_replication.ipynb) | what do replicas buy, and which reads do they get wrong? |
# | [4 · Cache](../04_cache/04_cache.ipynb) | which few percent of the data carry most of the traffic? |
# | [5 · Content delivery network](../05_cdn/05_cdn.ipynb) | how much of a page's time is distance? |
# | [6 · Stateless web tier](../06_stateless_tier/06_stateless_tier.ipynb) | what must leave a web server before servers can come and go? |
# | [7 · Data centers](../07_data_centers/07_data_centers.ipynb) | what does losing a whole region cost, and for how long? |
# | [8 · Message queue](../08_message_queue/08_message_queue.ipynb) | what can wait? |
# | [9 · Logs, metrics, automation](../09_logging_metrics_automation/09_logging_metrics_automation.ipynb) | how do you know, and what should act on it without you? |
# | [10 · Millions of users](../10_millions_of_users/10_millions_of_users.ipynb) | put it all together under a budget |
#
# The first lines of each say how long it takes. Take them in order: every one starts from what broke at the end of the one before.
#
# ## Your progress
#
# The next cell reads your notebooks *as you last saved them*: a row for each notebook, a square for each exercise, and the points of the checks that you can see. Run it again whenever you like.

# %%
progress()
