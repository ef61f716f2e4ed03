"""A hundred large cities of the world: where the users of the course's simulations live.

Source: United Nations, World Urbanization Prospects: The 2018 Revision, file 22 (urban
agglomerations, year 2020, a projection then). Latitude and longitude in degrees, rounded to 0.01;
population in millions, rounded to 0.1. It has nearly all agglomerations of more than six million
people (but for four in the clusters of Shanghai and Guangzhou), and smaller ones so that no region
is empty. People are not users: the share of them that is online differs a lot between regions.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    """A city: its latitude and longitude (degrees; north and east are positive) and its population.

    population: of the agglomeration, in millions.
    """

    name: str
    country: str
    latitude: float
    longitude: float
    population: float

    @property
    def location(self):
        """The point (latitude, longitude), as course.engine.network takes it."""
        return self.latitude, self.longitude


CITIES = tuple(
    City(*row)
    for row in (
        ("Tokyo", "Japan", 35.69, 139.69, 37.4),
        ("Delhi", "India", 28.67, 77.22, 30.3),
        ("Shanghai", "China", 31.22, 121.46, 27.1),
        ("São Paulo", "Brazil", -23.55, -46.64, 22.0),
        ("Mexico City", "Mexico", 19.43, -99.14, 21.8),
        ("Dhaka", "Bangladesh", 23.71, 90.41, 21.0),
        ("Cairo", "Egypt", 30.04, 31.24, 20.9),
        ("Beijing", "China", 39.91, 116.40, 20.5),
        ("Mumbai", "India", 19.07, 72.88, 20.4),
        ("Osaka", "Japan", 34.68, 135.55, 19.2),
        ("New York", "United States", 40.72, -74.00, 18.8),
        ("Karachi", "Pakistan", 24.91, 67.08, 16.1),
        ("Chongqing", "China", 29.56, 106.55, 15.9),
        ("Istanbul", "Turkey", 41.01, 28.95, 15.2),
        ("Buenos Aires", "Argentina", -34.61, -58.40, 15.2),
        ("Kolkata", "India", 22.53, 88.36, 14.9),
        ("Lagos", "Nigeria", 6.45, 3.40, 14.4),
        ("Kinshasa", "DR Congo", -4.33, 15.31, 14.3),
        ("Manila", "Philippines", 14.60, 120.98, 13.9),
        ("Tianjin", "China", 39.11, 117.19, 13.6),
        ("Rio de Janeiro", "Brazil", -22.90, -43.21, 13.5),
        ("Guangzhou", "China", 23.13, 113.26, 13.3),
        ("Lahore", "Pakistan", 31.55, 74.34, 12.6),
        ("Moscow", "Russia", 55.76, 37.62, 12.5),
        ("Los Angeles", "United States", 34.03, -118.24, 12.4),
        ("Shenzhen", "China", 22.54, 114.06, 12.4),
        ("Bangalore", "India", 12.97, 77.59, 12.3),
        ("Paris", "France", 48.85, 2.35, 11.0),
        ("Bogotá", "Colombia", 4.61, -74.08, 11.0),
        ("Chennai", "India", 13.05, 80.25, 11.0),
        ("Jakarta", "Indonesia", -6.21, 106.84, 10.8),
        ("Lima", "Peru", -12.04, -77.03, 10.7),
        ("Bangkok", "Thailand", 13.72, 100.53, 10.5),
        ("Hyderabad", "India", 17.38, 78.47, 10.0),
        ("Seoul", "South Korea", 37.57, 126.98, 10.0),
        ("Nagoya", "Japan", 35.18, 136.91, 9.6),
        ("London", "United Kingdom", 51.51, -0.13, 9.3),
        ("Chengdu", "China", 30.67, 104.07, 9.1),
        ("Tehran", "Iran", 35.69, 51.42, 9.1),
        ("Chicago", "United States", 41.85, -87.65, 8.9),
        ("Nanjing", "China", 32.05, 118.79, 8.8),
        ("Ho Chi Minh City", "Vietnam", 10.75, 106.67, 8.6),
        ("Wuhan", "China", 30.58, 114.27, 8.4),
        ("Luanda", "Angola", -8.84, 13.23, 8.3),
        ("Ahmedabad", "India", 23.03, 72.62, 8.1),
        ("Xi'an", "China", 34.29, 108.94, 8.0),
        ("Kuala Lumpur", "Malaysia", 3.14, 101.69, 8.0),
        ("Hong Kong", "China", 22.28, 114.19, 7.5),
        ("Riyadh", "Saudi Arabia", 24.69, 46.71, 7.2),
        ("Shenyang", "China", 41.79, 123.43, 7.2),
        ("Surat", "India", 21.17, 72.83, 7.2),
        ("Baghdad", "Iraq", 33.34, 44.40, 7.1),
        ("Santiago", "Chile", -33.46, -70.65, 6.8),
        ("Dar es Salaam", "Tanzania", -6.82, 39.27, 6.7),
        ("Madrid", "Spain", 40.42, -3.70, 6.6),
        ("Pune", "India", 18.52, 73.86, 6.6),
        ("Harbin", "China", 45.76, 126.65, 6.4),
        ("Houston", "United States", 29.76, -95.37, 6.4),
        ("Dallas", "United States", 32.73, -97.32, 6.3),
        ("Toronto", "Canada", 43.70, -79.42, 6.2),
        ("Miami", "United States", 25.79, -80.20, 6.1),
        ("Belo Horizonte", "Brazil", -19.92, -43.94, 6.1),
        ("Singapore", "Singapore", 1.29, 103.85, 5.9),
        ("Khartoum", "Sudan", 15.55, 32.53, 5.8),
        ("Atlanta", "United States", 33.76, -84.40, 5.8),
        ("Johannesburg", "South Africa", -26.20, 28.04, 5.8),
        ("Barcelona", "Spain", 41.39, 2.16, 5.6),
        ("Saint Petersburg", "Russia", 59.93, 30.33, 5.5),
        ("Yangon", "Myanmar", 16.81, 96.16, 5.3),
        ("Washington", "United States", 38.90, -77.04, 5.3),
        ("Abidjan", "Côte d'Ivoire", 5.35, -4.03, 5.2),
        ("Ankara", "Turkey", 39.92, 32.85, 5.1),
        ("Melbourne", "Australia", -37.81, 144.96, 5.0),
        ("Sydney", "Australia", -33.87, 151.21, 4.9),
        ("Addis Ababa", "Ethiopia", 9.03, 38.75, 4.8),
        ("Nairobi", "Kenya", -1.28, 36.82, 4.7),
        ("Cape Town", "South Africa", -33.93, 18.42, 4.6),
        ("Ürümqi", "China", 43.83, 87.60, 4.4),
        ("Rome", "Italy", 41.89, 12.48, 4.3),
        ("Montreal", "Canada", 45.51, -73.59, 4.2),
        ("Kabul", "Afghanistan", 34.53, 69.17, 4.2),
        ("Fortaleza", "Brazil", -3.74, -38.54, 4.1),
        ("Casablanca", "Morocco", 33.59, -7.62, 3.8),
        ("Berlin", "Germany", 52.52, 13.41, 3.6),
        ("Seattle", "United States", 47.63, -122.33, 3.4),
        ("Antananarivo", "Madagascar", -18.91, 47.54, 3.4),
        ("San Francisco", "United States", 37.76, -122.44, 3.3),
        ("Dakar", "Senegal", 14.69, -17.44, 3.1),
        ("Kyiv", "Ukraine", 50.45, 30.52, 3.0),
        ("Dubai", "United Arab Emirates", 25.27, 55.31, 2.9),
        ("Denver", "United States", 39.73, -104.98, 2.8),
        ("Algiers", "Algeria", 36.75, 3.04, 2.8),
        ("Vancouver", "Canada", 49.25, -123.12, 2.6),
        ("Tashkent", "Uzbekistan", 41.26, 69.22, 2.5),
        ("Havana", "Cuba", 23.12, -82.38, 2.1),
        ("Perth", "Australia", -31.95, 115.85, 2.0),
        ("Warsaw", "Poland", 52.23, 21.01, 1.8),
        ("Novosibirsk", "Russia", 55.04, 82.93, 1.7),
        ("Stockholm", "Sweden", 59.33, 18.06, 1.6),
        ("Auckland", "New Zealand", -36.87, 174.77, 1.6),
        ("Honolulu", "United States", 21.31, -157.83, 0.9),
        ("Frankfurt", "Germany", 50.12, 8.68, 0.8),
    )
)

_BY_NAME = {city.name: city for city in CITIES}


def city(name):
    """Return the City called `name`; LookupError if it is not in the table."""
    if name not in _BY_NAME:
        raise LookupError(f"no city {name!r} in the table of course.engine.cities")
    return _BY_NAME[name]
