"""The executor of the python plane: pulls tasks under leases, runs their nodes, reports.

Its twin is gateway/src/executor.
"""
