-- The traceparent of the request that brought the upload: the job goes on with its trace.
ALTER TABLE jobs ADD COLUMN trace TEXT NOT NULL DEFAULT '';
