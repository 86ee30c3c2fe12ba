import { App, Stack, Stage, Validations } from 'aws-cdk-lib'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { AwsSolutionsChecks } from 'cdk-nag'

// A stage as ours are, with one finding: a topic that takes messages without TLS.
const app = new App()
new Topic(new Stack(new Stage(app, 'dev'), 'network'), 'Topic')
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
