/** Says how what a response cost is counted. The counting itself is the session’s. */
export const usageSection = `## Usage

\`response.done\` says what its response cost, in tokens.

| what                          | how it is counted                                                           |
| ----------------------------- | --------------------------------------------------------------------------- |
| audio of the user             | one token for each 100 ms that the model was given as words, rounded up: 10 a second |
| audio of the assistant        | one token for each 50 ms that was sent, rounded up: 20 a second             |
| text, both ways               | as the provider of the model counts it, cached tokens included              |
| text of a cancelled response  | one token for each four characters, rounded up: the provider had not counted yet |
| an apology in place of an answer | nothing                                                      |
| pictures                      | not counted apart: the provider counts them as text, \`image_tokens\` is 0   |

\`max_output_tokens\` bounds the text that the model writes; the tokens of its audio come on top of that.

Where a response ended before anything was generated, everything is 0. Audio is counted by its length and not by what the
model made of it: the model reads and writes text, but whoever budgets by OpenAI’s rates finds the same numbers here.`
