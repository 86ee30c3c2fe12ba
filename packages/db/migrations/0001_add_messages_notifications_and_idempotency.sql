CREATE TABLE "idempotency_keys" (
	"user_uuid" uuid NOT NULL,
	"key" text NOT NULL,
	"request_digest" text NOT NULL,
	"answer" text NOT NULL,
	"activity_uuid" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("user_uuid","key"),
	CONSTRAINT "idempotency_keys_key_check" CHECK (char_length("idempotency_keys"."key") between 1 and 255)
);
--> statement-breakpoint
CREATE TABLE "message_groups" (
	"uuid" uuid DEFAULT gen_random_uuid() NOT NULL,
	"first_user_uuid" uuid NOT NULL,
	"second_user_uuid" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "message_groups_pkey" PRIMARY KEY("uuid"),
	CONSTRAINT "message_groups_pair_key" UNIQUE("first_user_uuid","second_user_uuid"),
	CONSTRAINT "message_groups_pair_check" CHECK ("message_groups"."first_user_uuid" < "message_groups"."second_user_uuid")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"uuid" uuid DEFAULT gen_random_uuid() NOT NULL,
	"message_group_uuid" uuid NOT NULL,
	"user_uuid" uuid NOT NULL,
	"message" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "messages_pkey" PRIMARY KEY("uuid"),
	CONSTRAINT "messages_message_check" CHECK (char_length("messages"."message") between 1 and 1024)
);
--> statement-breakpoint
CREATE TABLE "notifications" (
	"user_uuid" uuid NOT NULL,
	"activity_uuid" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "notifications_pkey" PRIMARY KEY("user_uuid","activity_uuid")
);
--> statement-breakpoint
CREATE TABLE "recent_posts" (
	"activity_uuid" uuid NOT NULL,
	"user_uuid" uuid NOT NULL,
	"digest" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"repeat_until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "recent_posts_pkey" PRIMARY KEY("activity_uuid")
);
--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_user_fk" FOREIGN KEY ("user_uuid") REFERENCES "public"."users"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_groups" ADD CONSTRAINT "message_groups_first_user_fk" FOREIGN KEY ("first_user_uuid") REFERENCES "public"."users"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_groups" ADD CONSTRAINT "message_groups_second_user_fk" FOREIGN KEY ("second_user_uuid") REFERENCES "public"."users"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_group_fk" FOREIGN KEY ("message_group_uuid") REFERENCES "public"."message_groups"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_user_fk" FOREIGN KEY ("user_uuid") REFERENCES "public"."users"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_user_fk" FOREIGN KEY ("user_uuid") REFERENCES "public"."users"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_activity_fk" FOREIGN KEY ("activity_uuid") REFERENCES "public"."activities"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recent_posts" ADD CONSTRAINT "recent_posts_activity_fk" FOREIGN KEY ("activity_uuid") REFERENCES "public"."activities"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recent_posts" ADD CONSTRAINT "recent_posts_user_fk" FOREIGN KEY ("user_uuid") REFERENCES "public"."users"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "message_groups_second_user_idx" ON "message_groups" USING btree ("second_user_uuid");--> statement-breakpoint
CREATE INDEX "messages_group_idx" ON "messages" USING btree ("message_group_uuid","created_at","uuid");--> statement-breakpoint
CREATE INDEX "messages_user_idx" ON "messages" USING btree ("user_uuid");--> statement-breakpoint
CREATE INDEX "notifications_user_idx" ON "notifications" USING btree ("user_uuid","created_at","activity_uuid");--> statement-breakpoint
CREATE INDEX "notifications_activity_idx" ON "notifications" USING btree ("activity_uuid");--> statement-breakpoint
CREATE INDEX "recent_posts_repeat_until_idx" ON "recent_posts" USING btree ("repeat_until");--> statement-breakpoint
CREATE INDEX "recent_posts_user_idx" ON "recent_posts" USING btree ("user_uuid");--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;--> statement-breakpoint
ALTER TABLE "recent_posts" ADD CONSTRAINT "recent_posts_repeat_excl" EXCLUDE USING gist (
	"user_uuid" WITH =,
	"digest" WITH =,
	tstzrange("created_at", "repeat_until") WITH &&
);--> statement-breakpoint
INSERT INTO "notifications" ("user_uuid", "activity_uuid", "created_at")
SELECT parent."user_uuid", reply."uuid", reply."created_at"
FROM "activities" AS reply
JOIN "activities" AS parent ON parent."uuid" = reply."reply_to_activity_uuid"
WHERE parent."user_uuid" <> reply."user_uuid";
