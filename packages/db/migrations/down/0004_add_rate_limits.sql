DROP FUNCTION newest_migration();--> statement-breakpoint
DROP TABLE "rate_limits";
