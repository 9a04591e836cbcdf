// A network of one's own, and events that go to the program instead of the control plane: example_transport URL KEY
//
// Games and engines bring their own HTTP. The transport here counts what passes, refuses what is not for the flag
// server, and leaves the work to libcurl; a real one would call the engine's network in Send().
#include <expt/expt.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

class CountingTransport : public expt::Transport {
 public:
  explicit CountingTransport(std::string url) : url_(std::move(url)), behind_(expt::CurlTransport()) {}

  // The client calls it from one thread, one call at a time; the counters are read from another.
  absl::StatusOr<expt::HttpReply> Send(const expt::HttpRequest& request) override {
    if (!request.url.starts_with(url_)) return absl::InvalidArgumentError("not the flag server");
    ++requests;
    absl::StatusOr<expt::HttpReply> reply = behind_->Send(request);
    if (reply.ok()) bytes += reply->body.size();
    return reply;
  }

  // Ends a Send() that waits, when the client closes.
  void Cancel() override { behind_->Cancel(); }

  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> bytes{0};

 private:
  const std::string url_;
  const std::unique_ptr<expt::Transport> behind_;
};

class PrintingSink : public expt::EventSink {
  // An event comes again, under the same id, until it is answered with kStored, kDuplicate or kRejected.
  absl::StatusOr<std::vector<expt::EventResult>> Deliver(const expt::EventBatch& batch) override {
    for (const expt::ReportedEvent& event : batch.events) {
      if (event.kind == expt::EventKind::kMetric) std::cout << "event: " << event.name << "\n";
      if (event.kind == expt::EventKind::kExposure) std::cout << "exposure: " << event.experiment << "\n";
    }
    return std::vector(batch.events.size(), expt::EventResult::kStored);
  }
};

absl::Status Run(const std::string& url, const std::string& key) {
  const auto transport = std::make_shared<CountingTransport>(url);
  auto client = expt::Client::Open(
      {.url = url, .key = key, .transport = transport, .event_sink = std::make_shared<PrintingSink>()});
  if (!client.ok()) return client.status();
  if (!client->Ready(5s)) return absl::UnavailableError(client->Status().last_error);
  const expt::Context user("user-42", {{"country", "CH"}});
  std::cout << "page-size: " << client->Value("page-size", user, 20) << "\n";
  (void)client->Variant("checkout-test", user, "control");
  client->Track("purchase", user, {.value = 19.90});
  const absl::Status status = client->Close(5s);
  std::cout << "requests: " << (transport->requests >= 3 ? "root, head, snapshot" : "too few") << "\n";
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: example_transport URL KEY\n";
    return 2;
  }
  const absl::Status status = Run(argv[1], argv[2]);
  if (status.ok()) return 0;
  std::cerr << "example_transport: " << status << "\n";
  return 1;
}
