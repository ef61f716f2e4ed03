"""The same classes on real databases: real SQL, real threads, real time."""
