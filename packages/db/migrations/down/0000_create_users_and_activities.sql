DROP TABLE "activities";--> statement-breakpoint
DROP TABLE "users";
