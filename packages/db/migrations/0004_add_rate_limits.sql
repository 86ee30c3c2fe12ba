-- Why: unlogged, since a crash may forget it, and no request is to wait for the log to be written.
CREATE UNLOGGED TABLE "rate_limits" (
	"key" text NOT NULL,
	"full_at" timestamp with time zone NOT NULL,
	CONSTRAINT "rate_limits_pkey" PRIMARY KEY("key")
);
--> statement-breakpoint
-- Why: the API’s role may not read the journal, and has to know whether it can work on this database.
CREATE FUNCTION newest_migration() RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN (SELECT max(created_at) FROM drizzle.__drizzle_migrations);
END $$;
