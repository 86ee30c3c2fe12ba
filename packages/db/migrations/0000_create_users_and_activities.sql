CREATE TABLE "activities" (
	"uuid" uuid DEFAULT gen_random_uuid() NOT NULL,
	"user_uuid" uuid NOT NULL,
	"message" text NOT NULL,
	"replies_count" integer DEFAULT 0 NOT NULL,
	"reposts_count" integer DEFAULT 0 NOT NULL,
	"likes_count" integer DEFAULT 0 NOT NULL,
	"reply_to_activity_uuid" uuid,
	"expires_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "activities_pkey" PRIMARY KEY("uuid"),
	CONSTRAINT "activities_message_check" CHECK (char_length("activities"."message") between 1 and 1024),
	CONSTRAINT "activities_crud_message_check" CHECK ("activities"."reply_to_activity_uuid" is not null or char_length("activities"."message") <= 280),
	CONSTRAINT "activities_replies_count_check" CHECK ("activities"."replies_count" >= 0),
	CONSTRAINT "activities_reposts_count_check" CHECK ("activities"."reposts_count" >= 0),
	CONSTRAINT "activities_likes_count_check" CHECK ("activities"."likes_count" >= 0)
);
--> statement-breakpoint
CREATE TABLE "users" (
	"uuid" uuid DEFAULT gen_random_uuid() NOT NULL,
	"display_name" text NOT NULL,
	"handle" text NOT NULL,
	"email" text,
	"cognito_user_id" text,
	"bio" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_pkey" PRIMARY KEY("uuid"),
	CONSTRAINT "users_cognito_user_id_key" UNIQUE("cognito_user_id"),
	CONSTRAINT "users_handle_check" CHECK ("users"."handle" ~ '^[A-Za-z0-9_.-]{1,30}$'),
	CONSTRAINT "users_display_name_check" CHECK (char_length("users"."display_name") between 1 and 100),
	CONSTRAINT "users_email_check" CHECK ("users"."email" = lower("users"."email")),
	CONSTRAINT "users_bio_check" CHECK (char_length("users"."bio") <= 1000)
);
--> statement-breakpoint
ALTER TABLE "activities" ADD CONSTRAINT "activities_user_fk" FOREIGN KEY ("user_uuid") REFERENCES "public"."users"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activities" ADD CONSTRAINT "activities_reply_to_fk" FOREIGN KEY ("reply_to_activity_uuid") REFERENCES "public"."activities"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "activities_home_idx" ON "activities" USING btree ("created_at","uuid") WHERE "activities"."reply_to_activity_uuid" is null;--> statement-breakpoint
CREATE INDEX "activities_user_idx" ON "activities" USING btree ("user_uuid","created_at","uuid");--> statement-breakpoint
CREATE INDEX "activities_reply_to_idx" ON "activities" USING btree ("reply_to_activity_uuid","created_at","uuid") WHERE "activities"."reply_to_activity_uuid" is not null;--> statement-breakpoint
CREATE INDEX "activities_expires_at_idx" ON "activities" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_handle_key" ON "users" USING btree (lower("handle"));--> statement-breakpoint
CREATE INDEX "users_email_idx" ON "users" USING btree ("email");