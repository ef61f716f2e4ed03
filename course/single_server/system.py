"""The architecture of this notebook."""

from course.view import architecture as view

ADDRESS = "203.0.113.7"  # of the range kept for documentation (RFC 5737)


def architecture(two_tiers=False):
    """Return the picture of one server; with `two_tiers` the database on a machine of its own."""
    machine = "a machine of its own" if two_tiers else "one machine"
    names = view.Tier("names", (view.Node("DNS", ("photos.example", f"is {ADDRESS}")),))
    browser = view.Node("web browser", ("HTML, CSS,", "JavaScript"))
    mobile = view.Node("mobile app", ("JSON over HTTP",))
    clients = view.Tier("clients", (browser, mobile))
    links = [("DNS", client.name, "") for client in clients.nodes]
    if two_tiers:
        web, database = view.Node("web server", (machine,)), view.Node("database", (machine,))
        tiers = [view.Tier("web tier", (web,)), view.Tier("data tier", (database,), new=True)]
        links += [(client.name, web.name, "") for client in clients.nodes]
        links.append((web.name, database.name, "SQL"))
    else:
        server = view.Node("server", ("web app, database", machine))
        tiers = [view.Tier("one server", (server,), new=True)]
        links += [(client.name, server.name, "") for client in clients.nodes]
    return view.architecture([names, clients, *tiers], links)
