"""The site's photos: hills, water and a sky, drawn from their number."""

import random

PHOTOS = 60
WIDTH, HEIGHT = 320, 200


def drawn(number):
    """Return photo `number` as SVG; the same number is always the same photo."""
    rng = random.Random(number)
    hue, light = rng.randrange(360), rng.choice([30, 55, 80])
    sun_x, sun_y = rng.randrange(40, WIDTH - 40), rng.randrange(30, 90)
    shapes = [
        '<defs><linearGradient id="sky" x2="0" y2="1">'
        f'<stop stop-color="hsl({hue} 60% {light}%)"/>'
        f'<stop offset="1" stop-color="hsl({(hue + 40) % 360} 70% {min(92, light + 25)}%)"/>'
        "</linearGradient></defs>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#sky)"/>',
        f'<circle cx="{sun_x}" cy="{sun_y}" r="{rng.randrange(12, 26)}" '
        f'fill="hsl(48 90% {90 if light < 50 else 70}%)"/>',
    ]
    for hill in range(3):
        top = 90 + 28 * hill
        points = [(x, top + rng.randrange(-18, 18)) for x in range(0, WIDTH + 1, 40)]
        line = " ".join(f"{x},{y}" for x, y in points)
        shapes.append(
            f'<polygon points="0,{HEIGHT} {line} {WIDTH},{HEIGHT}" '
            f'fill="hsl({(hue + 150 + 20 * hill) % 360} 35% {48 - 13 * hill}%)"/>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img"><title>Photo {number}</title>{"".join(shapes)}</svg>'
    )
