"""Code that would be believed: forged results, patched modules, forged answers to the grader."""

from tests.attacks.making import Attack, code, solution

# an own cell that answers in the runner's place: it finds the request and the socket to the grader
FORGE = """
import gc, json, os, struct
request = next(x for x in gc.get_objects() if isinstance(x, dict) and set(x) >= {"cells", "seed"})
def answer(place, **what):
    text = json.dumps({"n": place, **what}).encode()
    os.write(3, struct.pack("!I", len(text)) + text)
def forged(kind):
    return {"outputs": []} if kind == "cell" else {"seen": SEEN}
"""
ANSWER_ALL = """
for place, cell in enumerate(request["cells"]):
    answer(place, **forged(cell["kind"]))
os._exit(0)
"""
ALWAYS = """
class Always(BASE):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __contains__ = __lt__
    def __bool__(self): return True
    def __hash__(self): return 1
    def __getattr__(self, name): return Always()
    def __iter__(self): return iter([Always()] * 5)
    def __len__(self): return 5
    def __getitem__(self, place): return Always()
    def __call__(self, *arguments, **options): return Always()
    def __float__(self): return 1.0
    def __str__(self): return "a"
    __repr__ = __str__
    __instancecheck__ = __subclasscheck__ = __eq__
"""
EVERYWHERE = {
    "round_robin": "class RoundRobin:\n    def pick(self, servers): return ANSWER",
    "least_connections": "class LeastConnections:\n    def pick(self, servers): return ANSWER",
    "power_of_two_choices": "class PowerOfTwoChoices:\n    def __init__(self, rng): pass\n"
    "    def pick(self, servers): return ANSWER",
    "health_checker": "class HealthChecker:\n    def __init__(self, *a, **k): pass\n"
    "    def observe(self, name, ok): pass\n    def is_healthy(self, name): return ANSWER",
    "can_connect": "def can_connect(source, destination): return ANSWER",
}


def everywhere(name: str, before: str, answer: str, **expected: object) -> Attack:
    """Return the attack whose solutions all give back `answer`."""
    texts = {key: text.replace("ANSWER", answer) for key, text in EVERYWHERE.items()}
    texts["round_robin"] = f"{before}\n{texts['round_robin']}"
    return solution(name, texts, **expected)


def always(base: str) -> str:
    return ALWAYS.replace("BASE", base)


VISIBLE = """
class RoundRobin:
    calls = [0, *"babcababcaca"]  # the cell to try, then the checks
    def pick(self, servers):
        names = [server.name for server in servers]
        RoundRobin.calls[0] += 1
        return servers[names.index(RoundRobin.calls[1:][RoundRobin.calls[0] - 1])]
"""
HIDDEN_TEXTS = """
import gc, sys
texts = [x for x in gc.get_objects() if isinstance(x, (list, dict))]
held = {str(v) for x in texts for v in (x.values() if isinstance(x, dict) else x)
        if isinstance(v, str)}
frame = sys._getframe()
while frame:
    held |= {str(v) for v in frame.f_locals.values()}
    frame = frame.f_back
words = ["picks are " + "wrong", "BEGIN " + "HIDDEN", "_rng.sam" + "ple("]
print([text for text in held if any(word in text for word in words)])
"""
ATTACKS = [
    code(
        "an input transformer",
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
    ),
    code(
        "an AST transformer",
        "import ast\n"
        "class NoAssert(ast.NodeTransformer):\n"
        "    def visit_Assert(self, node): return ast.Pass()\n"
        "get_ipython().ast_transformers.append(NoAssert())",
    ),
    code(
        "patched kernel methods",
        "shell = get_ipython()\n"
        "async def reply(*a, **k): return {'status': 'ok', 'execution_count': 1}\n"
        "if hasattr(shell, 'kernel'):\n"
        "    shell.kernel.do_execute = type(shell.kernel).do_execute = reply\n"
        "type(shell).run_cell = shell.run_cell = lambda *a, **k: None",
    ),
    code("showtraceback replaced", "get_ipython().showtraceback = lambda *a, **k: None"),
    code(
        "a custom exception handler",
        "def handler(self, kind, value, trace, tb_offset=None): return None\n"
        "get_ipython().set_custom_exc((BaseException,), handler)\n"
        "import sys; sys.excepthook = lambda *a: None",
    ),
    code(
        "the display of results replaced",
        "import sys\n"
        "from IPython.display import display\n"
        "def hook(value): display({'text/plain': '1000'}, raw=True)\n"
        "sys.displayhook = get_ipython().displayhook = hook",
    ),
    code(
        "forged result ok",
        "get_ipython().events.register('post_run_cell', lambda result: print('ok'))\n'ok'",
    ),
    code("forged result nan", "float('nan')"),
    code("forged result 1000", "1000"),
    code(
        "exec and compile replaced",
        "import builtins\n"
        "builtins.exec = lambda *a, **k: None\n"
        "kept = compile\n"
        "builtins.compile = lambda text, *a, **k: kept('seen = True', *a, **k)",
    ),
    code(
        "assertions switched off",
        "import builtins\n"
        "class Never(BaseException): pass\n"
        "builtins.AssertionError = Never\n"
        "__debug_off__ = True\n"
        "import sys; sys.flags",
    ),
    everywhere("always equal", always("object"), "Always()"),
    everywhere("always equal text", always("str"), "Always()"),
    everywhere("always equal number", always("float"), "Always(1.0)"),
    everywhere("always equal list", always("list"), "Always()"),
    everywhere("always equal dict", always("dict"), "Always()"),
    everywhere(
        "shadowed built-ins",
        always("object")
        + "isinstance = issubclass = all = any = abs = len = sorted = zip = set = str = list = "
        "dict = sum = lambda *a, **k: Always()\n"
        "import builtins\n"
        "builtins.isinstance = builtins.all = builtins.abs = lambda *a, **k: True",
        "Always()",
    ),
    everywhere("not a number everywhere", "", "float('nan')"),
    everywhere("a lone surrogate everywhere", "", "type('S', (), {'name': '\\ud800'})()"),
    everywhere(
        "control characters everywhere",
        "",
        "type('S', (), {'name': '\\x1b]0;owned\\x07\\x1b[2J\\r\\x00\\u202e'})()",
    ),
    everywhere(
        "a text of 3 million letters everywhere", "", "type('S', (), {'name': 'x' * 3_000_000})()"
    ),
    everywhere(
        "a list 100,000 deep everywhere",
        "deep = []\nfor _ in range(100_000): deep = [deep]",
        "type('S', (), {'name': deep})()",
    ),
    everywhere("a number of a million digits", "", "type('S', (), {'name': 10 ** 1_000_000})()"),
    code(
        "patched json",
        "import json, json.encoder\n"
        'json.dumps = lambda *a, **k: \'{"n": 0, "outputs": []}\'\n'
        "json.loads = lambda *a, **k: True\n"
        "json.encoder.JSONEncoder.encode = lambda self, o: 'true'",
    ),
    code(
        "patched standard output",
        "import sys\n"
        "class Gone:\n"
        "    def write(self, text): raise SystemExit\n"
        "    def flush(self): raise KeyboardInterrupt\n"
        "sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = Gone()",
    ),
    code(
        "patched random",
        "import random\n"
        "class Fixed(random.Random):\n"
        "    def random(self): return 0.0\n"
        "    def getrandbits(self, bits): return 0\n"
        "random.Random = Fixed\n"
        "random.seed(0)",
    ),
    code(
        "patched course package",
        "import course.checks, course.load_balancer, sys\n"
        "course.checks.SEED = 20240229\n"
        "course.checks.attempt = lambda call: {'raised': 'NoHealthyServer', 'bases': []}\n"
        "course.load_balancer.name_picked = name_picked = lambda *a: 'a'\n"
        "course.load_balancer.make_views = lambda *a, **k: []",
    ),
    code(
        "poisoned modules",
        "import sys, types\n"
        "for name in list(sys.modules):\n"
        "    if name.partition('.')[0] in ('course', 'json', 'random', 'numpy', 'ipaddress'):\n"
        "        sys.modules[name] = types.ModuleType(name)",
    ),
    code(
        "modules deleted",
        "import sys, builtins\nsys.modules.clear()\nbuiltins.__dict__.clear()",
    ),
    code(
        "names that cannot be assigned",
        "class Fixed(dict):\n"
        "    def __setitem__(self, key, value): pass\n"
        "    def pop(self, *a): return True\n"
        "    def __getitem__(self, key): return True\n"
        "get_ipython().user_ns = Fixed(seen=True)",
    ),
    solution("a lookup table of visible inputs", {"round_robin": VISIBLE}, least=2.0, most=2.0),
    code("searches memory for hidden checks", HIDDEN_TEXTS),
    everywhere(
        "hands hidden inputs out by errors",
        "import sys\n"
        "def tell():\n"
        "    frame, told = sys._getframe(), []\n"
        "    while frame:\n"
        "        told.append(str(frame.f_locals.get('text', '')))\n"
        "        frame = frame.f_back\n"
        "    raise ValueError('told: ' + ' '.join(told))",
        "tell()",
        stock=False,
    ),
    code(
        "forged answers",
        FORGE.replace("SEEN", "True") + ANSWER_ALL,
        stock=False,
    ),
    code(
        "forged answers that hold much",
        FORGE.replace("SEEN", "{'a': [[['b'] * 9] * 99] * 99}") + ANSWER_ALL,
        stock=False,
    ),
    code("answers twice", FORGE + "answer(0, outputs=[])", says="well-formed", stock=False),
    code(
        "answers of other kinds",
        FORGE + "answer(0, outputs=[], passed=True, checks={'round_robin_check': True})",
        says="well-formed",
        stock=False,
    ),
    code(
        "an answer that is no JSON",
        "import os; os.write(3, b'\\0\\0\\0\\5hello')",
        says="JSON",
        stock=False,
    ),
    code(
        "an answer of 4 GB announced",
        "import os; os.write(3, b'\\xff\\xff\\xff\\xff' + b'x' * 1000)",
        says="bytes",
        stock=False,
    ),
    code(
        "an answer nested too deep",
        "import os, struct\n"
        "text = b'[' * 300_000\n"
        "os.write(3, struct.pack('!I', len(text)) + text)",
        says="JSON",
        stock=False,
    ),
    code(
        "an answer that trickles",
        "import os, time\n"
        "os.write(3, b'\\0\\0\\1\\0')\n"
        "while True:\n    os.write(3, b' '); time.sleep(.3)",
        says="more than",
        stock=False,
    ),
    code("the door shut", "import os\nos.close(3)", stock=False),
    code(
        "file handles handed to the grader",
        "import array, os, socket\n"
        "out = socket.socket(fileno=os.dup(3))\n"
        "handle = os.open('/dev/null', os.O_RDONLY)\n"
        "rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [handle] * 50))\n"
        "out.sendmsg([b'\\0'], [rights])",
        stock=False,
    ),
    code(
        "outputs that a browser would run",
        "from IPython.display import HTML, Javascript, SVG, display\n"
        "script = '<script>canary()</script>'\n"
        "display(HTML(script), Javascript('canary()'))\n"
        "display({'image/svg+xml': '<svg onload=canary()>', 'text/plain': script}, raw=True)\n"
        "display({'image/png': 'iVBORw0KGgo=\"><script>canary()</script>'}, raw=True)\n"
        "display({'text/markdown': script, 'application/json': script}, raw=True)",
        right=True,
    ),
    code(
        "outputs that are none",
        FORGE + "png = 'iVBORw0KGgo=\"><script>canary()</script>'\n"
        "answer(0, outputs=[None, 7, [], {'output_type': 'stream', 'name': [], 'text': {}},\n"
        "  {'output_type': 'error'}, {'output_type': 'error', 'traceback': [None, 7]},\n"
        "  {'output_type': 'display_data', 'data': {'image/png': png, 'text/html': png}},\n"
        "  {'output_type': 'execute_result', 'data': {'text/plain': 1000}}, {'output_type': []}])\n"
        "import json\n"
        "class Shifted: pass\n"
        "from autograder.grade.sandbox import wire\n"
        "kept = wire.send\n"
        "wire.send = lambda channel, m: None if m.get('n') == 0 else kept(channel, m)",
        right=True,
        stock=False,
    ),
]
