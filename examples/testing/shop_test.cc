// How a program that uses expt is tested: the shop below, and its tests, with no test framework to distract.
#include <expt/testing.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>

using namespace std::chrono_literals;

namespace {

// The program.
class Shop {
 public:
  explicit Shop(expt::Client& client) : client_(client) {}

  std::string Checkout(const expt::Context& user) {
    return client_.Variant("checkout-test", user, "control") == "treatment" ? "one page" : "three pages";
  }
  int64_t PageSize(const expt::Context& user) { return client_.Value("page-size", user, 20); }
  void Buy(const expt::Context& user, double price) { client_.Track("purchase", user, {.value = price}); }

 private:
  expt::Client& client_;
};

int failures = 0;
void Check(bool is_true, const std::string& what) {
  std::cout << (is_true ? "ok      " : "FAILED  ") << what << "\n";
  failures += is_true ? 0 : 1;
}

// Its tests.
void ShowsWhatTheFlagsSay() {
  expt::testing::FixedFlags flags({{"page-size", 50}});
  expt::Client client = flags.client();
  Shop shop(client);
  const expt::Context user("user-42");
  Check(shop.PageSize(user) == 50, "the flag's value");
  flags.SetFor("user-42", "page-size", 10);
  Check(shop.PageSize(user) == 10, "the value of one user");
  flags.Set("page-size", "many");
  Check(shop.PageSize(user) == 20, "the default when the flag has another type");
  flags.SetReady(false);
  Check(shop.PageSize(user) == 20, "the default when there is no snapshot");
}

void ReportsWhatItDid() {
  expt::testing::FixedFlags flags;
  flags.Assign("checkout-test", "treatment");
  expt::Client client = flags.client();
  Shop shop(client);
  const expt::Context user("user-42");
  Check(shop.Checkout(user) == "one page", "the variant of the experiment");
  shop.Buy(user, 19.9);
  const auto events = flags.events();
  Check(events.size() == 2, "an exposure and a purchase");
  Check(events[0].kind == expt::EventKind::kExposure && events[0].variant == "treatment", "the exposure's variant");
  Check(events[1].name == "purchase" && events[1].value == 19.9, "the purchase's value");
}

void WorksWhileTheServerIsDown() {
  // A real client of a server that is not there.
  const auto network = std::make_shared<expt::testing::FakeTransport>();
  const auto clock = std::make_shared<expt::testing::FakeClock>();
  auto client = expt::Client::Open(
      {.url = "https://flags.example.com",
       .key = "expt1.srv.env_1.k1.1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE.0123456789abcdef01234567",
       .transport = network,
       .clock = clock});
  if (!client.ok()) return Check(false, std::string(client.status().message()));
  Shop shop(*client);
  Check(shop.PageSize(expt::Context("user-42")) == 20, "the default");
  Check(network->WaitForRequests("/sdk/v1/root/1", 1, 10s), "the client looked for the server");
  clock->Advance(24h);
  Check(client->Status().age >= 24h, "and tells how long it has seen none");
  Check(!client->Close(0ms).ok() || network->requests("/sdk/v1/events").empty(), "nothing was sent");
}

}  // namespace

int main() {
  ShowsWhatTheFlagsSay();
  ReportsWhatItDid();
  WorksWhileTheServerIsDown();
  return failures == 0 ? 0 : 1;
}
