ALTER TABLE "activities" DROP CONSTRAINT "activities_user_fk";--> statement-breakpoint
ALTER TABLE "activities" ADD CONSTRAINT "activities_user_fk" FOREIGN KEY ("user_uuid") REFERENCES "public"."users"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
DROP TABLE "departures";
