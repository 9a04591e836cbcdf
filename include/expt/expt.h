// expt: feature flags and experiments, decided locally.
//
// 1. Open a client. It loads a signed snapshot in the background and keeps it fresh.
//
//      auto client = expt::Client::Open({.url = "https://flags.example.com", .key = key});
//      if (!client.ok()) return client.status();       // wrong options only
//      client->Ready(2s);                              // optional; false when nothing came in time
//
// 2. Say who is asking. A context is a value: make it once per request, use it for every flag.
//
//      expt::Context user("user-42", {{"country", "CH"}, {"age", 31}});
//
// 3. Decide. The default that you pass is what you get when nothing decides.
//
//      if (client->Enabled("new-checkout", user)) ShowNewCheckout();
//      int64_t size = client->Value("page-size", user, int64_t{20});
//      client->Value("page-size", user, "twenty");     // the flag is an integer: yields "twenty"
//      std::string variant = client->Variant("checkout-test", user, "control");
//
// 4. Report what happened, so that experiments have results.
//
//      client->Track("purchase", user, {.value = 19.90});
//
// 5. Ask why.
//
//      puts(client->Explain("page-size", user).text.c_str());
//
// 6. Leave. The destructor does the same, within a bound.
//
//      return client->Close(2s);
//
// In tests: expt::Client::Fixed({{"new-checkout", true}}), and more in testing.h.
// Without a network: expt::Snapshot::Parse and expt::Evaluate (snapshot.h, evaluate.h) are the pure engine.
#ifndef EXPT_EXPT_H_
#define EXPT_EXPT_H_

#include "expt/assignment_store.h"  // IWYU pragma: export
#include "expt/client.h"            // IWYU pragma: export
#include "expt/context.h"           // IWYU pragma: export
#include "expt/decision.h"          // IWYU pragma: export
#include "expt/evaluate.h"          // IWYU pragma: export
#include "expt/event.h"             // IWYU pragma: export
#include "expt/event_sink.h"        // IWYU pragma: export
#include "expt/hook.h"              // IWYU pragma: export
#include "expt/options.h"           // IWYU pragma: export
#include "expt/snapshot.h"          // IWYU pragma: export
#include "expt/value.h"             // IWYU pragma: export
#include "expt/version.h"           // IWYU pragma: export

#endif  // EXPT_EXPT_H_
