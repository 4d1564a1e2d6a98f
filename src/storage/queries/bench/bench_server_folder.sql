-- `herald bench`: where the server may write files.
SELECT current_setting('data_directory')
