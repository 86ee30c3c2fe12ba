-- The extension stays: it may have been there before.
DROP TABLE "recent_posts";--> statement-breakpoint
DROP TABLE "notifications";--> statement-breakpoint
DROP TABLE "messages";--> statement-breakpoint
DROP TABLE "message_groups";--> statement-breakpoint
DROP TABLE "idempotency_keys";
