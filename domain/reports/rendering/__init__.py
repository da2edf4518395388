"""Reports shown: as a sheet (CSV, XLSX) and as a page (PDF, HTML). JSON is the API's own shape."""
