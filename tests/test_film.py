"""The player of films, in a browser without Jupyter; and what reels are filled with."""

import json
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from course.engine import rows
from course.engine.component import ComponentError
from course.engine.watching import repeating, watching
from course.view import style
from course.view.explore import pictured
from course.view.film import Action, Film
from course.view.reel import Reel
from course.view.scene import Scene
from tests import films
from tests.jupyterlab import chromium, find_chromium, new_page

STATES = {"goes": (style.BLUE, "disc"), "failed": (style.VERMILION, "cross")}
PLAYER = "document.querySelector('.film').player"


class Doorman:
    """Answers on one line for those who are expected and on another for all others."""

    def asked(self, name):
        if name == "Ann":
            return "come in"
        return "not tonight"


def evening(actors=4, fate="", rings_at=None):
    """Return the Reel of guests who cross a room; the second of them fails."""
    door, calls = watching(Doorman(), asked=lambda name: name)
    reel = Reel(end=2.0, rate=0.1, states=STATES, fate=fate)
    scene = Scene(480, 200)
    scene.box(380, 20, 60, 160, "the door")
    for title in ("yours", "theirs"):
        lane = reel.lane(title, scene)
        for i in range(actors // 2):
            start, y = i / actors, 20 + 160 * i / actors
            guest = lane.actor(f"guest {i + 1}").at(start, 10, y, "goes").at(start + 1, 400, y)
            door.asked("Ann" if i == 0 else "Bob")
            guest.tell(start, f"came in {title}.", call=calls[-1], cell="Doorman().asked('Ann')")
            guest.tell(start + 1, "was at the door.")
            if i == 1:
                guest.stay(start + 1, "failed").stay(2.0)
        lane.count("guests", [i / actors for i in range(actors // 2)])
    reel.caption(0, "Guests cross the room.")
    reel.caption(1.2, "The door is reached.")
    if rings_at is not None:
        reel.caption(rings_at, "The bell rings.")
    reel.mark("your slowest guest", 0.5, reel.lanes[0].actors[0])
    return reel


def test_an_actor_moves_in_straight_lines_and_a_move_can_be_cut():
    actor = evening().lanes[0].actor("one").at(1, 0, 0, "goes").go(2, 4, 100, 40)
    assert actor.place(0.9) is None and actor.place(4.1) is None
    assert actor.place(1.5) == (0, 0, 5, 0, 0)
    assert actor.place(3) == (50, 20, 5, 0, 0)
    actor.turn(3, "failed")  # on the way: it goes on
    assert actor.place(3)[-1] == 1 and actor.place(2.9)[-1] == 0 and actor.place(4)[:2] == (100, 40)
    actor.go(3.5, 3.6, 0, 0)  # from where it has come to
    assert actor.place(3.5)[:2] == (75, 30) and actor.place(3.6)[:2] == (0, 0)
    assert actor.times == [1, 2, 3, 3.5, 3.6] and len(actor.frames) == 5
    assert actor.halt(3.55).place(3.55)[:2] == pytest.approx((37.5, 15))
    assert actor.at(3.6, 0, 0).remain(2).times[-1] == 3.6 and actor.remain(5).place(5)[:2] == (0, 0)
    with pytest.raises(ValueError, match=r"3 s comes after 5 s"):
        actor.at(3, 0, 0)


def test_moves_that_cut_each_other_are_where_straight_lines_say():
    # Each move begins where the one before has come to: by hand, from one to the next.
    actor = evening().lanes[0].actor("one").at(0, 0, 0, "goes")
    moves = [(1, 3, 100), (2, 4, 0), (2, 3, 80), (2.5, 3.5, -20), (6, 7, 10)]
    places = [(2, 50), (2.25, 57.5), (2.5, 65), (3, 22.5), (5, -20), (6.5, -5)]
    for start, end, x in moves:
        actor.go(start, end, x, 0)
    assert [actor.place(time)[0] for time, _ in places] == pytest.approx([x for _, x in places])


def test_a_reel_knows_its_shapes():
    with pytest.raises(ValueError, match="no shape 'star'"):
        Reel(end=1, states={"goes": (style.BLUE, "star")})


def test_a_film_that_ends_early_is_slower():
    reel = evening()
    assert reel.packed()["rate"] == 0.1  # 2 s of the run in 20
    reel.end = 0.5
    assert reel.packed()["rate"] == 0.05


def test_what_is_true_of_every_film_is_checked():
    films.check(evening())
    reel = evening()
    reel.lanes[0].actors[0].stay(2.0).at(2.0, 10, 10)  # at two places at once
    with pytest.raises(AssertionError, match="in two places"):
        films.check(reel)


def test_a_packed_reel_holds_the_keyframes_of_every_actor():
    reel = evening(6)
    lane, packed = reel.lanes[0], reel.packed()["lanes"][0]
    first = np.frombuffer(packed["first"], np.uint32)
    for i, actor in enumerate(lane.actors):
        mine = slice(first[i], first[i + 1])
        assert np.frombuffer(packed["time"], np.float32)[mine] == pytest.approx(actor.times)
        assert np.frombuffer(packed["x"], np.float32)[mine] == pytest.approx(actor.xs)
        assert np.frombuffer(packed["state"], np.uint8)[mine].tolist() == list(actor.states)
    assert first[-1] == sum(len(actor.times) for actor in lane.actors)
    assert len(reel.packed()["scenes"]) == 1  # the lanes share theirs


def test_a_film_writes_percent_as_the_text_around_it_does():
    reel = evening(fate="The door is 20% open.")
    reel.caption(1.5, "90% have come, 5 % are late.")
    reel.lanes[0].actors[0].tell(2, "80% tired.", cell="7%2")
    reel.lanes[0].count("share", [0], ["33%"])
    packed = reel.packed()
    assert [words for _, words in packed["captions"][-2:]] == [
        "90\u202f% have come, 5 % are late.",
        "The door is 20\u202f% open.",
    ]
    lane = packed["lanes"][0]
    _, words, _, _, cell = lane["stories"][0][-1]
    assert (words, cell) == ("80\u202f% tired.", "7%2")
    assert lane["counters"][-1][-1] == ["33\u202f%"]


def test_the_line_that_decided_is_the_line():
    watched, calls = watching(Doorman, asked=lambda name: name)
    doorman = watched()
    assert [doorman.asked("Ann"), doorman.asked("Bob")] == ["come in", "not tonight"]
    assert [(call.saw, call.returned) for call in calls] == [
        ("Ann", "come in"),
        ("Bob", "not tonight"),
    ]
    (_, first, lines), *_ = evening().packed()["listings"]
    for call in calls:
        assert f'return "{call.returned}"' in lines[call.line - first]


def test_a_process_a_function_and_calls_of_itself_are_recorded_once():
    def steps(key):
        got = yield key
        if got:
            return got
        raise KeyError(key)

    watched, calls = watching(steps, steps=lambda key: key)
    process = watched("a")
    assert next(process) == "a" and calls[0].line == steps.__code__.co_firstlineno + 1
    with pytest.raises(StopIteration):
        process.send(7)
    assert calls[0].returned == 7 and calls[0].line == steps.__code__.co_firstlineno + 3
    assert calls[0].stood == [steps.__code__.co_firstlineno + 1]
    process = watched("b")
    next(process)
    with pytest.raises(KeyError):
        process.send(0)
    assert isinstance(calls[1].error, KeyError)

    class Twice:
        def put(self, key):
            return key if key == "end" else self.put("end")

    watched, calls = watching(Twice(), put=lambda key: key)
    assert watched.put("start") == "end" and [call.saw for call in calls] == ["start"]


def test_a_component_that_failed_is_repeated_up_to_then():
    door, calls = watching(Doorman(), asked=lambda name: name)
    for name in ("Ann", "Bob", "Eve"):  # the last of the three is the one that failed
        door.asked(name)
    again = repeating(calls, asked=lambda call, name: (name, call and call.returned))
    answers = [again.asked(name) for name in "abcd"]
    assert answers == [("a", "come in"), ("b", "not tonight"), ("c", None), ("d", None)]


def test_who_stands_where_in_a_row():
    # a and b come, then c; a leaves, b leaves from the middle of nothing, c is the head
    stands = rows.places([0, 1, 2], [3, 4, 9])
    assert stands == [[(0, 0)], [(1, 1), (3, 0)], [(2, 2), (3, 1), (4, 0)]]
    inf = float("inf")
    assert rows.places([0, 1, 2], [inf, 2.5, inf])[2] == [(2, 2), (2.5, 1)]  # one within left


def test_a_film_is_made_again_when_an_action_is_pressed():
    film = Film(lambda rings_at=None: evening(rings_at=rings_at), {}, {"rings_at": Action("Ring")})
    assert len(film.reel.captions) == 2 and film.player.actions == [["rings_at", "Ring"]]
    film._pressed(None, {"name": "rings_at", "at": 0.7123456}, [])
    assert film.reel.captions[-1] == (0.712, "The bell rings.")
    assert film.player.actions == [["rings_at", "Start again without it"]]
    film.press("rings_at", 1)
    assert len(film.reel.captions) == 2


@pytest.mark.parametrize(
    "error, words",
    [
        (NotImplementedError("Write pick."), "Not written yet. Write pick."),
        (ComponentError("Mine.pick() returned None."), "Mine.pick() returned None."),
        (ValueError("seed: −1"), "seed: −1"),
        (SystemExit(), "Your code ended the program: leave exit() out of it."),
    ],
)
def test_a_bad_component_gets_a_sentence_and_no_film(error, words, tmp_path):
    def make():
        raise error

    film = Film(make)
    assert words in film.sentence.value and film.reel is None and film.player.reel == {}
    with pytest.raises(ValueError, match="no film to save"):
        film.save(tmp_path / "film.html")
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_saved_leaves_nothing_behind(tmp_path):
    (tmp_path / "film.html").mkdir()
    with pytest.raises(OSError):
        Film(evening).save(tmp_path / "film.html")
    assert [path.name for path in tmp_path.iterdir()] == ["film.html"]


def test_a_fate_is_told_above_the_film_and_as_its_last_caption():
    film = Film(lambda: evening(fate="Doorman.asked('Bob') returned None."))
    assert "returned None" in film.sentence.value
    assert film.player.reel["captions"][-1] == [2.0, "Doorman.asked('Bob') returned None."]


def test_texts_are_made_when_somebody_asks_for_a_story():
    told = []

    def text(words):
        told.append(words)
        return words

    def make():
        reel = evening()
        slow = reel.lanes[0].actors[0]
        slow.tell(1.5, lambda: text("sat."), cell=lambda: text("sit()")).tell(1.75, "left.")
        return reel

    film = Film(make)
    lane = film.player.reel["lanes"][0]
    assert told == [] and film.player.told == {} and list(lane["tells"]) == [1, 1]
    # What the keys step to is known before: guest 1 at 0, 1, 1.5 and 1.75, guest 2 at 0.25 and 1.25
    assert np.frombuffer(lane["events"]).tolist() == [0, 0.25, 1, 1.25, 1.5, 1.75]
    film.player._handle_custom_msg({"name": "told"}, [])
    sentences = [words for _, words, *_ in film.player.told["lanes"][0][0]]
    assert sentences == ["came in yours.", "was at the door.", "sat.", "left."]
    assert film.player.told["lanes"][0][0][2][-1] == "sit()"
    film.reel.lanes[0].actors[0].story  # noqa: B018  # once more: texts that are made stay
    assert told == ["sat.", "sit()"]
    film.refresh()
    assert film.player.told == {}  # of another run


def test_a_saved_film_has_all_stories(tmp_path):
    film = Film(evening)
    text = film.save(tmp_path / "film.html").read_text(encoding="utf-8")
    assert text.count("was at the door.") == 4 and film.player.told == {}


def test_nothing_is_made_while_a_notebook_is_graded(monkeypatch):
    @pictured
    def replay():
        raise AssertionError("made")

    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert replay() is None


def test_a_saved_notebook_keeps_a_still():
    still = Film(evening)._repr_mimebundle_()["image/svg+xml"]
    assert still.count("<circle") == 2 and "the door" in still


def test_numbers_of_numpy_are_saved_as_numbers(tmp_path):
    def make():
        reel = evening()
        reel.lanes[0].scene.height = np.int64(200)
        return reel

    text = Film(make).save(tmp_path / "film.html").read_text()
    assert '"height":200,' in text and '"height":{' not in text


# --- in a browser


@pytest.fixture(scope="module")
def browser():
    if not find_chromium():
        pytest.skip("no Chromium found (apt install chromium)")
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    Film(evening).save(folder / "few.html")
    Film(lambda: evening(3000)).save(folder / "many.html")
    return folder


@pytest.fixture
def page(browser, saved):
    with new_page(browser) as (page, errors):
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"file://{saved}/few.html")
        yield page
        assert errors == []
        assert asked == [f"file://{saved}/few.html"]  # nothing is asked of anywhere


in_browser = pytest.mark.filterwarnings("default")  # the browser driver's own


def until(page, expression):
    """Wait until it is true; Playwright's own way of waiting is what the page's policy forbids."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {expression}")


def now(page):
    return page.evaluate(f"{PLAYER}.now")


@in_browser
def test_it_plays_by_itself_pauses_out_of_sight_and_ends(page):
    until(page, f"{PLAYER}.now > 0.02")
    page.evaluate("document.body.insertAdjacentHTML('afterbegin', '<div style=height:3000px>')")
    until(page, f"!{PLAYER}.ticking")
    stopped = now(page)
    page.wait_for_timeout(150)
    assert now(page) == stopped
    page.evaluate("document.querySelector('.film').scrollIntoView()")
    until(page, f"{PLAYER}.now > {stopped}")
    page.evaluate(f"{PLAYER}.setSpeed(100)")
    until(page, f"{PLAYER}.now === 2 && !{PLAYER}.playing")
    assert "The door is reached." in page.locator(".film-caption").inner_text()
    assert page.locator(".film-counters").first.inner_text() == "guests 2"


@in_browser
@pytest.mark.parametrize(
    ("clock", "time", "says"),
    [
        ([60, "min"], 90, "1.50 min"),
        ([3600, "h:mm"], 61_230, "17:00"),
        ([1, "calls"], 7.9, "7 calls"),
    ],
)
def test_the_clock_shows_time_hours_and_counts(page, clock, time, says):
    page.evaluate(f"{PLAYER}.reel.clock = {clock}")
    assert page.evaluate(f"{PLAYER}.written({time})") == says


@in_browser
def test_the_keyboard_reaches_everything(page):
    film = page.locator(".film")
    film.press(" ")
    assert not page.evaluate(f"{PLAYER}.playing")
    film.press("Home")
    for expected in (0.25, 1.0, 1.2, 1.25):  # guest 2 comes, guest 1 arrives, the caption, guest 2
        film.press("ArrowRight")
        assert now(page) == pytest.approx(expected)
    film.press("ArrowLeft")
    assert now(page) == pytest.approx(1.2)
    film.press("Enter")
    story = page.locator(".film-story")
    assert "guest 2 · yours" in story.inner_text()  # guest 1 has left the stage
    assert 'return "not tonight"' in story.locator("mark").inner_text()
    page.get_by_role("button", name="Go to your slowest guest").press("Enter")
    assert now(page) == 0.5 and "guest 1 · yours" in story.inner_text()
    assert 'return "come in"' in story.locator("mark").inner_text()
    page.get_by_label("Time").press("End")
    assert now(page) == 2
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent")
        )
    buttons = page.locator(".film button:visible, .film input:visible, .film summary")
    names = [b.get_attribute("aria-label") or b.inner_text() for b in buttons.all()]
    assert set(names) <= reached


@in_browser
def test_a_click_on_an_actor_tells_its_story_and_its_call_can_be_copied(page):
    page.evaluate(f"{PLAYER}.pause(); {PLAYER}.seek(0.5)")
    box = page.locator(".film-lane .film-stage").nth(1).bounding_box()
    scale = box["width"] / 480
    page.mouse.click(box["x"] + 205 * scale + 4, box["y"] + 20 * scale)  # half way of guest 1
    story = page.locator(".film-story")
    assert story.locator(".film-title").inner_text() == "guest 1 · theirs"
    assert "came in theirs." in story.inner_text()
    story.get_by_role("button").first.click()
    until(
        page,
        "/Copied|asked/.test(document.querySelector('.film-story').textContent"
        " + (document.querySelector('textarea')?.value ?? ''))",
    )


@in_browser
def test_all_lines_that_decided_are_marked_in_one_listing(page):
    first = page.evaluate(f"{PLAYER}.told.listings[0][1]")
    marked = page.evaluate(
        f"[...{PLAYER}.listed(0, [{first + 1}, {first + 2}, {first + 1}])"
        ".querySelectorAll('mark')].map(mark => mark.textContent.trim())"
    )
    assert marked == ['if name == "Ann":', 'return "come in"']


@in_browser
def test_the_film_in_words_and_no_fault_that_axe_finds(page):
    page.evaluate(f"{PLAYER}.pause()")
    page.locator("summary").click()
    page.locator("tbody tr").first.wait_for()
    assert page.locator("tbody tr").count() == 2 + 2 * 2 * 2  # captions, guests' two sentences
    assert "yours, at the end: guests 2." in page.locator("details").inner_text()
    page.evaluate(f"{PLAYER}.next(0, 1)")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert Axe().run(page, context=".film").response["violations"] == []


@in_browser
def test_colours_follow_the_theme_and_the_canvas_is_sharp(page):
    page.evaluate(f"{PLAYER}.pause()")
    light = page.evaluate(f"{PLAYER}.look.colours[0]")
    page.emulate_media(color_scheme="dark")
    until(page, f"{PLAYER}.look.colours[0] !== {json.dumps(light)}")
    wide = page.evaluate(
        "(c => c.width / c.clientWidth / devicePixelRatio)(document.querySelector('canvas'))"
    )
    assert wide == pytest.approx(1, abs=0.01)


def luminance(colour):
    """Return the relative luminance (WCAG 2.2) of "rgb(r, g, b)"."""
    shares = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_in_a_tile_can_be_read_whatever_its_colour(browser, tmp_path, scheme):
    def make():
        colours = [*style.SERVERS, style.GREY]
        reel = Reel(end=1.0, states={colour: (colour, "tile") for colour in colours})
        lane = reel.lane("tiles", Scene())
        for place, colour in enumerate(colours):
            lane.actor(colour, "7").at(0, 20 + 40 * place, 50, colour).stay(1.0)
        reel.caption(0, "Tiles.")
        return reel

    path = Film(make).save(tmp_path / "tiles.html")
    with new_page(browser) as (page, errors):
        page.emulate_media(color_scheme=scheme)
        page.goto(path.as_uri())
        look = page.evaluate(f"{PLAYER}.look")
        assert errors == [] and len(look["inside"]) == len(look["colours"]) == 9
        for pair in zip(look["colours"], look["inside"], strict=True):
            low, high = sorted(luminance(colour) + 0.05 for colour in pair)
            assert high / low >= 4.5, pair


@in_browser
def test_a_tile_that_vanishes_takes_its_label_with_it(browser, tmp_path):
    def make():
        reel = Reel(end=1.0, states={"there": (style.BLUE, "tile")})
        tile = reel.lane("a tile", Scene()).actor("tile", "7").at(0, 50, 50, "there", size=8)
        tile.stay(0.5).stay(1.0, size=0)
        reel.caption(0, "A tile.")
        return reel

    with new_page(browser) as (page, _):
        page.goto(Film(make).save(tmp_path / "tile.html").as_uri())
        page.evaluate(f"{PLAYER}.pause()")
        written = f"""time => {{
            const said = [], kept = CanvasRenderingContext2D.prototype.fillText;
            CanvasRenderingContext2D.prototype.fillText = label => said.push(label);
            {PLAYER}.seek(time);
            CanvasRenderingContext2D.prototype.fillText = kept;
            return said; }}"""
        assert page.evaluate(written, 0.5) == ["7"]
        assert page.evaluate(written, 0.9) == []


@in_browser
def test_with_reduced_motion_there_are_six_stills_a_lane_and_the_table(browser, saved):
    with new_page(browser) as (page, errors):
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"file://{saved}/few.html")
        assert page.locator(".film-strip figure").count() == 12
        assert page.locator("tbody tr").count() == 10
        page.wait_for_timeout(100)
        assert now(page) == 0 and errors == []
        page.evaluate("window.dispatchEvent(new Event('resize'))")
        painted = page.evaluate("""[...document.querySelectorAll('.film-strip canvas')].map(
            c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v))""")
        assert all(painted[:5])  # someone is on the stage in all but the end


@in_browser
def test_it_fits_a_phone(browser, saved):
    with new_page(browser, width=390, height=800) as (page, errors):
        page.goto(f"file://{saved}/few.html")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390 and errors == []
        boxes = [lane.bounding_box() for lane in page.locator(".film-lane").all()]
        assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]  # below each other


def test_a_saved_film_of_3000_actors_is_small_and_asks_nothing_of_anywhere(saved):
    text = (saved / "many.html").read_text(encoding="utf-8")
    assert len(text.encode()) <= 1_500_000
    assert "default-src 'none'" in text
    addresses = re.findall(r"https?://[^\s\"'<)]+", text)
    assert set(addresses) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
