"""Several hosts on one machine: network namespaces that run the files of examsvc/docs/scaling."""
