"""What the measurements stand on: invented people in a database of their own, servers whose CPU is counted, a bare peer."""
