"""Which hosts one host can open a connection to: a box for each, with a mark."""

from matplotlib import rc_context
from matplotlib.patches import FancyBboxPatch

from course.load_balancer import network
from course.view import style

COLUMNS = ("internet", "load balancer", "web and data tier")
PLACES = ((0, 1), (1, 0.5), (1, 1.5), (2, 0), (2, 1), (2, 2))  # column and row, as `hosts()`
WIDE, HIGH = 0.92, 0.74


class NetworkPicture:
    """A box for each host, told apart by color, by line and by words."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, axes = style.figure(1, 1, width=3.8, height=3.0)
        self.figure.set_layout_engine("none")
        axes.set_position((0, 0, 1, 0.91))
        axes.set_title("Where can the gray box connect to?", x=0.02)
        axes.set(xlim=(-0.5, 2.5), ylim=(2.5, -0.85))
        axes.set_axis_off()
        middle = {"ha": "center", "va": "center", "fontsize": 9}
        for column, name in enumerate(COLUMNS):
            axes.text(column, -0.62, name, style="italic", **middle)
        self.boxes = [
            axes.add_patch(
                FancyBboxPatch(
                    (x - WIDE / 2, y - HIGH / 2),
                    WIDE,
                    HIGH,
                    boxstyle="round,pad=0,rounding_size=.08",
                )
            )
            for x, y in PLACES
        ]
        self.texts = [axes.text(x, y, "", linespacing=1.3, **middle) for x, y in PLACES]
        self.moving = (*self.boxes, *self.texts)

    def show(self, *, reached, source, source_family, family):
        """Draw from where to where a Reachability lets one connect; return (finding, words).

        source: a host's name; source_family: that of its address; family: that of the others.
        """
        names = network.reached_from(reached, source, source_family, family)
        looks: dict[str, dict] = {
            "from here": {"facecolor": style.PALE, "edgecolor": style.INK, "linestyle": "-"},
            "✓ yes": {"facecolor": style.PAPER, "edgecolor": style.BLUE, "linestyle": "-"},
            "✗ no": {"facecolor": style.PAPER, "edgecolor": style.GREY, "linestyle": (0, (3, 2))},
        }
        hosts = network.hosts(reached.servers)
        for host, box, text in zip(hosts, self.boxes, self.texts, strict=True):
            mark = "✓ yes" if host.name in names else "✗ no"
            address = host.address(family)
            if host.name == source:
                mark, address = "from here", host.address(source_family)
            box.set(**looks[mark], linewidth=2.6 if mark == "✓ yes" else 1.2)
            text.set_text(f"{host.name}\n{address}\n{mark}")
        told = "; ".join(names) if names else "nothing"
        return f"{source} can reach: {told}", (
            f"{len(names)} of {len(hosts) - 1} hosts, from {source_family} to {family}. The web "
            f"and data tiers have {reached.servers} addresses."
        )
