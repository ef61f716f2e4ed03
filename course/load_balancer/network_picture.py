"""Which host can open a connection to which: one cell for each pair of addresses."""

from matplotlib import rc_context

from course.load_balancer import network
from course.view import style

CELLS = len(network.FAMILIES) * len(network.hosts())


class NetworkPicture:
    """A row for each source, a column for each destination; told apart by colour and by mark.

    Only pairs of one family have a box: no address connects to one of the other family.
    """

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, axes = style.figure(1, 1, width=8.0, height=5.6)
        self.figure.set_layout_engine("none")
        axes.set_position((0.31, 0.07, 0.64, 0.66))
        self._prepare(axes)
        texts = [mark for row in self.marks for mark in row]
        self.moving = (self.ghost, self.reachable, *self.rows, *self.columns, *texts)

    def _prepare(self, axes):
        axes.set(xlim=(-0.5, CELLS - 0.5), ylim=(CELLS - 0.5, -0.5), xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set_visible(False)
        self.figure.text(0.01, 0.755, "source  ↓      destination  →", fontsize=9, style="italic")
        dashed = {"facecolor": "none", "edgecolor": style.GREY, "linestyle": (0, (2, 2))}
        self.ghost = axes.broken_barh([(0, 1)], (0, 1), **dashed)
        self.reachable = axes.broken_barh([(0, 1)], (0, 1), facecolor=style.SKY, edgecolor="white")
        axes.legend(
            handles=[self.reachable, self.ghost],
            labels=["✓ can connect", "✗ cannot, but could if both addresses were public"],
            loc="upper right",
            bbox_to_anchor=(1.0, 0.0),
            ncols=2,
        )
        cells = range(CELLS)
        middle = {"ha": "center", "va": "center", "fontsize": 10}
        self.marks = [[axes.text(x, y, "", **middle) for x in cells] for y in cells]
        self.rows = [axes.text(-0.7, y, "", ha="right", va="center", fontsize=9) for y in cells]
        self.columns = [
            axes.text(x - 0.2, -0.7, "", rotation=55, ha="left", va="bottom", fontsize=9)
            for x in cells
        ]

    def show(self, *, reached):
        """Draw a Reachability; return (finding, words)."""
        ends, answers = reached.ends, reached.answers
        for number in range(CELLS):
            name, family, address = ends[number] if number < len(ends) else ("", "", "")
            self.rows[number].set_text(f"{name}   {address}")
            self.columns[number].set_text(f"{name}, {family}" if name else "")
        cells = {
            (row, column): answers[row][column] if max(row, column) < len(ends) else None
            for row in range(CELLS)
            for column in range(CELLS)
        }
        for (row, column), answer in cells.items():
            mark = self.marks[row][column]
            mark.set_text({True: "✓", False: "✗", None: ""}[answer])
        self.reachable.set_verts([_square(*cell) for cell, yes in cells.items() if yes])
        one_family = {
            (row, column): ends[row][1] == ends[column][1]
            for (row, column), answer in cells.items()
            if answer is not None
        }
        closed = [cell for cell, same in one_family.items() if same and not cells[cell]]
        self.ghost.set_verts([_square(*cell) for cell in closed])
        open_cells = sum(answer is True for answer in cells.values())
        return _from_the_internet(reached), (
            f"{open_cells} of {len(one_family)} pairs of addresses can connect; if all were "
            f"public, the {sum(one_family.values())} pairs of one family could. Servers and "
            f"database have {reached.servers} addresses."
        )


def _from_the_internet(reached):
    if not reached.ends:
        return "No addresses: tick IPv4 or IPv6"
    names = dict.fromkeys(
        reached.ends[column][0]
        for end, row in zip(reached.ends, reached.answers, strict=True)
        if end[0] == network.CLIENT.name
        for column, answer in enumerate(row)
        if answer
    )
    if not names:
        return "From the internet nothing can be reached"
    if set(names) == {network.BALANCER_OUTSIDE.name}:
        return "From the internet only the balancer's outside can be reached"
    return f"From the internet: {'; '.join(names)} can be reached"


def _square(row, column):
    left, right, top, bottom = column - 0.44, column + 0.44, row - 0.44, row + 0.44
    return [(left, top), (left, bottom), (right, bottom), (right, top)]
