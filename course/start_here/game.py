"""Twelve customers by hand: at the door of a shop, you send each of them to a till."""

import ipywidgets as widgets

from course.start_here.film import CUSTOMERS, TILLS, chosen, film_so_far, minutes
from course.view.film import Player


class Game(widgets.VBox):
    """A button for each till, what is to be done, and the film of what you have chosen so far.

    choices: the tills you chose, 0 for the first, in the order of the customers. played: those of
    the last time you sent all twelve.
    """

    def __init__(self):
        self.choices, self.played = [], []
        self.sentence, self.player = widgets.HTML(), Player()
        self.buttons = [self._button(f"till {n + 1}", n) for n in range(TILLS)]
        self.again = widgets.Button(description="Once more", layout={"width": "auto"})
        self.again.on_click(lambda _: self.restart())
        tills = widgets.HBox(self.buttons, layout={"width": "100%", "max_width": "420px"})
        row = widgets.HBox([tills, self.again], layout={"flex_flow": "row wrap"})
        super().__init__([self.sentence, row, self.player])
        self.add_class("explore")
        self.restart()

    def restart(self):
        """Let the same twelve customers come again."""
        self.choices = []
        self._show()

    def send(self, till):
        """Send the customer at the door to a till; after the last one, nothing happens."""
        if len(self.choices) < CUSTOMERS:
            self.choices.append(till)
            if len(self.choices) == CUSTOMERS:
                self.played = list(self.choices)
            self._show()

    def _button(self, words, till):
        button = widgets.Button(description=words, layout={"flex": "1 1 0", "min_width": "60px"})
        button.on_click(lambda _: self.send(till))
        return button

    def _show(self):
        sent = len(self.choices)
        if sent < CUSTOMERS:
            words = f"Customer {sent + 1} of {CUSTOMERS}: to which till?"
        else:
            wait = chosen(self.choices).wait
            words = (
                f"All {CUSTOMERS} have a till. Together they wait {minutes(wait.sum())}, the "
                f"unluckiest one {minutes(wait.max())}. Can you do better with the same customers?"
            )
        self.sentence.value = f'<p role="status"><b>{words}</b></p>'
        for button in self.buttons:
            button.disabled = sent == CUSTOMERS
        self.again.layout.display = None if sent else "none"
        self.player.show(film_so_far(self.choices))
