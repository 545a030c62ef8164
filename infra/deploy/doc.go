// Package deploy hands a synthesized cloud assembly to the cdk CLI.
//
// # Promises
//
//   - The local stage is deployed to the local cloud and to nothing else: no profile, credential or endpoint of the
//     user's enters the command.
//   - An assembly that this very run of the local cloud already has is not deployed again. A cloud that was
//     restarted has lost everything and counts as another one.
//   - What the CLI says goes to a log as a whole; of it, only what happened to each stack is shown.
package deploy
