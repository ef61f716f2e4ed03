"""From a script in solutions/ to the release, and to the repository that students get."""
