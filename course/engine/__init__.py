"""The parts every simulation is made of: workload, stations, record, theory, components."""
