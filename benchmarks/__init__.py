"""Speed, as ratios of one run. `make bench` runs everything; nothing here fails a build."""
