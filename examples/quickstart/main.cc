// The first lines with expt, as a program: quickstart URL KEY
#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

void ShowNewCheckout() { std::cout << "new-checkout: on\n"; }
void Show(int64_t size, const std::string& variant) {
  std::cout << "page-size: " << size << "\ncheckout-test: " << variant << "\n";
}

}  // namespace

// clang-format off
// [quickstart]
#include <expt/expt.h>                                        // find_package(expt CONFIG) gives expt::expt

absl::Status Shop(const std::string& url, const std::string& key) {
  auto client = expt::Client::Open({.url = url, .key = key});
  if (!client.ok()) return client.status();                   // wrong options only
  client->Ready(2s);                                          // std::chrono everywhere
  expt::Context user("user-42", {{"country", "CH"}, {"age", 31}});
  if (client->Enabled("new-checkout", user)) ShowNewCheckout();
  int64_t size = client->Value("page-size", user, 20);        // the type follows the default
  std::string variant = client->Variant("checkout-test", user, "control");
  Show(size, variant);
  client->Track("purchase", user, {.value = 19.90});
  return client->Close(2s);                                   // the destructor does the same, within a bound
}
// [quickstart]
// clang-format on

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: quickstart URL KEY\n";
    return 2;
  }
  const absl::Status status = Shop(argv[1], argv[2]);
  if (status.ok()) return 0;
  std::cerr << "quickstart: " << status << "\n";
  return 1;
}
