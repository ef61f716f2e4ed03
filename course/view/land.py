"""The continents as rough outlines, for orientation behind a picture; not for measuring.

LAND and WATER (lakes in it) are polygons of corners (longitude, latitude) in degrees, drawn by hand
with some five degrees between corners. They are in land.json, a GeoJSON file (RFC 7946).
"""

import json
from importlib.resources import files


def _polygons(kind):
    text = (files("course.view") / "land.json").read_text(encoding="utf-8")
    found = [each for each in json.loads(text)["features"] if each["properties"]["kind"] == kind]
    rings = (each["geometry"]["coordinates"][0] for each in found)
    return tuple(tuple(map(tuple, ring[:-1])) for ring in rings)  # GeoJSON repeats the first corner


LAND, WATER = _polygons("land"), _polygons("water")
