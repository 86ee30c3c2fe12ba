CREATE TABLE "departures" (
	"cognito_user_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "departures_pkey" PRIMARY KEY("cognito_user_id")
);
--> statement-breakpoint
ALTER TABLE "activities" DROP CONSTRAINT "activities_user_fk";
--> statement-breakpoint
CREATE INDEX "departures_created_at_idx" ON "departures" USING btree ("created_at");--> statement-breakpoint
-- Why: no release came before this file, so no back end of ours uses the table yet.
-- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint
ALTER TABLE "activities" ADD CONSTRAINT "activities_user_fk" FOREIGN KEY ("user_uuid") REFERENCES "public"."users"("uuid") ON DELETE no action ON UPDATE no action;