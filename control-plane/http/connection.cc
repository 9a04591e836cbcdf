#include "control-plane/http/connection.h"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

#include "control-plane/http/target.h"

namespace expt::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using beast::error_code;
using Clock = std::chrono::steady_clock;

constexpr size_t kReadStep = 16u << 10;
constexpr size_t kMaxBuffered = 128u << 10;
// A reply may take a minute, and the time of its bytes at this rate.
constexpr std::chrono::seconds kWriteTime{60};
constexpr size_t kMinWriteRate = 16u << 10;
constexpr size_t kMaxLingered = 1u << 20;
constexpr std::chrono::seconds kLingerTime{2};

std::string_view BufferText(const beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.data().size()};
}

// Replies are the same for every route, unless the handler has said something else.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kDefaultHeaders = {{
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
}};

bool HasNoBody(const Response& response) { return response.status == 204 || response.status == 304; }

void AddOriginHeaders(Response* response) {
  response->Set("Access-Control-Allow-Origin", "*");
  response->Set("Access-Control-Expose-Headers", "ETag, Retry-After");
}

Response PreflightResponse(const Match& match) {
  Response response{.status = 204};
  AddOriginHeaders(&response);
  response.Set("Access-Control-Allow-Methods", match.allowed);
  response.Set("Access-Control-Allow-Headers",
               "authorization, content-encoding, content-type, if-none-match, last-event-id");
  response.Set("Access-Control-Max-Age", "86400");
  return response;
}

// An exception of a handler ends its request, not the server: the Responder that unwinds answers 500.
void Handle(const Route& route, std::pair<Request, Responder> work) {
  try {
    route.handler(std::move(work.first), std::move(work.second));
  } catch (const std::exception&) {
  }
}

// Says why the body or the query does not suit the route; nothing when they do.
std::optional<Problem> CheckAgainstRoute(const Route& route, const Request& request, bool has_body,
                                         std::optional<uint64_t> content_length) {
  for (const auto& [name, value] : request.query) {
    if (!route.any_query && std::find(route.query.begin(), route.query.end(), name) == route.query.end()) {
      return Problem{.status = 400, .detail = "query: unknown parameter \"" + name + "\""};
    }
  }
  if (const auto expect = request.Header("expect"); expect && !EqualsIgnoringCase(*expect, "100-continue")) {
    return Problem{.status = 417, .detail = "expect: expected \"100-continue\""};
  }
  if (!has_body) return std::nullopt;
  if (route.body_limit == 0) return Problem{.status = 400, .detail = "this route takes no body"};
  if (content_length.value_or(0) > route.body_limit) {
    return Problem{.status = 413, .detail = "body: over " + std::to_string(route.body_limit) + " bytes"};
  }
  const std::string type = request.MediaType();
  if (std::find(route.content_types.begin(), route.content_types.end(), type) == route.content_types.end()) {
    return Problem{.status = 415, .detail = "content-type: expected " + route.content_types.front()};
  }
  const std::string_view value = request.Header("content-type").value_or("");
  if (const size_t parameters = value.find(';'); parameters != std::string_view::npos) {
    const std::string charset = LowerCase(Trim(value.substr(parameters + 1)));
    if (charset != "charset=utf-8" && charset != "charset=\"utf-8\"") {
      return Problem{.status = 415, .detail = "content-type: expected no parameter but charset=utf-8"};
    }
  }
  const std::string encoding = LowerCase(request.Header("content-encoding").value_or("identity"));
  if (encoding != "identity" && std::find(route.content_encodings.begin(), route.content_encodings.end(), encoding) ==
                                    route.content_encodings.end()) {
    std::string allowed = "identity";
    for (const std::string& one : route.content_encodings) allowed += ", " + one;
    return Problem{.status = 415, .detail = "content-encoding: expected one of " + allowed};
  }
  return std::nullopt;
}

}  // namespace

struct Connection::Incoming {
  Parser parser;
  Request request;
  const Route* route = nullptr;  // null until one matched
  bool is_head_request = false;
  bool has_body = false;
  bool keep_alive = false;
  size_t body_size = 0;
};

// Holds the connection for as long as a handler may answer.
class Connection::Slot : public ReplySlot {
 public:
  Slot(std::shared_ptr<Connection> connection, uint64_t request_id)
      : connection_(std::move(connection)), request_id_(request_id) {}

  void Put(Response response) override {
    {
      const std::lock_guard lock(mutex_);
      response_ = std::move(response);
    }
    // Without holding the connection: where the server has stopped, nobody takes this any more.
    asio::post(connection_->executor_, [waiting = std::weak_ptr(connection_)] {
      if (const auto connection = waiting.lock()) connection->answered_.cancel();
    });
  }
  uint64_t request_id() const override { return request_id_; }

  std::optional<Response> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(response_, std::nullopt);
  }

 private:
  const std::shared_ptr<Connection> connection_;
  const uint64_t request_id_;
  std::mutex mutex_;
  std::optional<Response> response_;  // guarded by mutex_
};

Connection::Connection(std::shared_ptr<Shared> shared, asio::ip::tcp::socket socket, std::string peer_address,
                       std::shared_ptr<void> seat)
    : shared_(std::move(shared)),
      executor_(asio::make_strand(shared_->io.get_executor())),
      stream_(std::move(socket)),
      buffer_(kMaxBuffered),
      peer_address_(std::move(peer_address)),
      seat_(std::move(seat)),
      answered_(executor_) {}

asio::awaitable<void> Connection::Run() {
  bool goes_on = true;  // g++ 12 miscompiles a co_await in a loop condition
  while (goes_on && !shared_->is_stopping) {
    goes_on = co_await Exchange();
  }
  is_ended_ = true;
  stream_.close();
  seat_ = nullptr;
}

void Connection::Stop(bool now) {
  asio::post(executor_, [self = shared_from_this(), now] {
    if (!now && !self->is_idle_) return;
    self->is_ended_ = true;
    self->answered_.cancel();
    self->stream_.close();
  });
}

asio::awaitable<bool> Connection::ReadHead(std::optional<HeadFault>* fault) {
  error_code error;
  stream_.expires_after(buffer_.size() == 0 ? shared_->options.idle_time : shared_->options.header_time);
  while (true) {
    const HeadScan scan = ScanHead(BufferText(buffer_), shared_->options.head);
    *fault = scan.fault;
    if (!scan.fault && scan.size > 0) {
      *fault = CheckHead(BufferText(buffer_).substr(0, scan.size), shared_->options.head);
    }
    if (*fault || scan.size > 0) co_return true;
    const bool was_empty = buffer_.size() == 0;
    const size_t read =
        co_await stream_.async_read_some(buffer_.prepare(kReadStep), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return false;
    buffer_.commit(read);
    is_idle_ = false;
    if (was_empty) stream_.expires_after(shared_->options.header_time);
  }
}

std::optional<Response> Connection::Open(Incoming& in) {
  Parser& parser = in.parser;
  const auto refuse = [&](int status, std::string detail) {
    return ProblemResponse({.status = status, .detail = std::move(detail), .request_id = in.request.id});
  };
  parser.eager(false);
  parser.header_limit(static_cast<uint32_t>(shared_->options.head.max_bytes + 2));
  parser.body_limit(boost::none);
  error_code error;
  buffer_.consume(parser.put(buffer_.data(), error));
  if (error || !parser.is_header_done()) return refuse(400, "the header is not valid HTTP");

  const std::string_view method{parser.get().method_string().data(), parser.get().method_string().size()};
  in.is_head_request = method == "HEAD";
  in.request.method = in.is_head_request ? "GET" : std::string(method);
  for (const auto& field : parser.get()) {
    in.request.headers.emplace_back(LowerCase({field.name_string().data(), field.name_string().size()}),
                                    std::string(field.value()));
  }
  in.has_body = parser.chunked() || parser.content_length().value_or(0) > 0;
  in.keep_alive = parser.keep_alive() && !in.has_body;  // a body that is not read hides where the next request begins

  absl::StatusOr<Target> target = ParseTarget({parser.get().target().data(), parser.get().target().size()});
  if (!target.ok()) return refuse(400, std::string(target.status().message()));
  Match match = shared_->router.Find(method, *target);
  if (match.allowed.empty()) return refuse(404, "no such path");
  if (method == "OPTIONS" && match.any_origin) return PreflightResponse(match);
  if (match.route == nullptr) {
    Response response = refuse(405, "this method is not allowed here");
    response.Set("Allow", match.allowed);
    return response;
  }
  in.route = match.route;
  in.request.route = match.route->path;
  in.request.path_parameters = std::move(match.path_parameters);
  in.request.query = std::move(target->query);
  for (const std::string& segment : target->segments) in.request.path.append("/").append(segment);
  const auto length = parser.content_length();
  if (std::optional<Problem> problem = CheckAgainstRoute(*in.route, in.request, in.has_body,
                                                         length ? std::optional<uint64_t>(*length) : std::nullopt)) {
    problem->request_id = in.request.id;
    return ProblemResponse(*problem);
  }
  return std::nullopt;
}

asio::awaitable<std::optional<Response>> Connection::ReadBody(Incoming& in) {
  const size_t limit = in.route->body_limit;
  const auto refuse = [&](int status, std::string detail) {
    return ProblemResponse({.status = status, .detail = std::move(detail), .request_id = in.request.id});
  };
  error_code error;
  if (in.request.Header("expect")) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    stream_.expires_after(kWriteTime);
    co_await asio::async_write(stream_, asio::buffer(kContinue), asio::redirect_error(asio::use_awaitable, error));
  }
  in.parser.body_limit(limit);
  const Clock::time_point start = Clock::now();
  while (!error && !in.parser.is_done()) {
    const size_t size = in.parser.get().body().size();
    if (size > limit) co_return refuse(413, "body: over " + std::to_string(limit) + " bytes");
    const auto earned = std::chrono::milliseconds(size * 1000 / shared_->options.min_body_rate);
    stream_.expires_at(start + shared_->options.body_grace + earned);
    co_await beast::http::async_read_some(stream_, buffer_, in.parser,
                                          asio::redirect_error(asio::use_awaitable, error));
  }
  if (!error) {
    in.keep_alive = in.parser.keep_alive();
    in.request.body = std::move(in.parser.get().body());
    co_return std::nullopt;
  }
  if (error == beast::http::error::body_limit) {
    co_return refuse(413, "body: over " + std::to_string(limit) + " bytes");
  }
  const bool is_cut = error == beast::http::error::partial_message || error == beast::http::error::end_of_stream;
  if (error.category() == error_code(beast::http::error::bad_chunk).category() && !is_cut) {
    co_return refuse(400, "body: not valid chunked framing");
  }
  is_ended_ = true;
  co_return std::nullopt;
}

asio::awaitable<Response> Connection::Answer(const Route& route, Request request) {
  const uint64_t id = request.id;
  const auto slot = std::make_shared<Slot>(shared_from_this(), id);
  answered_.expires_at(Clock::time_point::max());
  Responder responder(slot);
  if (!route.is_slow) {
    Handle(route, {std::move(request), std::move(responder)});
  } else {
    // std::function wants a copyable callable.
    auto work = std::make_shared<std::pair<Request, Responder>>(std::move(request), std::move(responder));
    const bool is_taken = shared_->workers->Run([&route, work] { Handle(route, std::move(*work)); });
    if (!is_taken) {
      Response busy = ProblemResponse({.status = 503, .detail = "too many requests are waiting", .request_id = id});
      busy.Set("Retry-After", std::to_string(1 + id % 5));  // not the same for all
      work->second(std::move(busy));
    }
  }
  while (!is_ended_) {
    if (std::optional<Response> response = slot->Take()) co_return *std::move(response);
    error_code ignored;
    co_await answered_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  co_return Response{.status = 503};
}

asio::awaitable<Response> Connection::Respond(Incoming& in, const std::optional<HeadFault>& fault) {
  if (fault) {
    co_return ProblemResponse({.status = fault->status, .detail = fault->text, .request_id = in.request.id});
  }
  if (std::optional<Response> refusal = Open(in)) co_return *std::move(refusal);
  if (in.has_body) {
    std::optional<Response> refusal = co_await ReadBody(in);
    if (refusal) co_return *std::move(refusal);
    if (is_ended_) co_return Response{};
  }
  stream_.expires_never();
  in.body_size = in.request.body.size();
  Request request = std::move(in.request);
  in.request = {.id = request.id, .method = request.method, .route = request.route};
  co_return co_await Answer(*in.route, std::move(request));
}

asio::awaitable<bool> Connection::Exchange() {
  is_idle_ = buffer_.size() == 0;
  std::optional<HeadFault> fault;
  if (!co_await ReadHead(&fault)) co_return false;
  const Clock::time_point start = Clock::now();
  Incoming in;
  in.request.id = shared_->next_request_id.fetch_add(1, std::memory_order_relaxed);
  in.request.peer_address = peer_address_;
  Response response = co_await Respond(in, fault);
  if (is_ended_) co_return false;
  if (in.route != nullptr && in.route->any_origin) AddOriginHeaders(&response);
  if (shared_->observer) {
    shared_->observer({.id = in.request.id,
                       .method = in.request.method,
                       .route = in.request.route,
                       .peer_address = peer_address_,
                       .principal = response.principal,
                       .status = response.status,
                       .duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start),
                       .request_bytes = in.body_size,
                       .response_bytes = response.Body().size()});
  }
  if (response.feed != nullptr && !in.is_head_request) {
    co_await BecomeStream(std::move(response));
    co_return false;
  }
  co_return co_await Write(std::move(response), in.is_head_request, in.keep_alive && !shared_->is_stopping);
}

std::string Connection::HeadText(const Response& response, bool keep_alive) const {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(ReasonPhrase(response.status)).append("\r\n");
  const auto add = [&](std::string_view name, std::string_view value) {
    head.append(name).append(": ");
    for (const char c : value) head += (c == '\r' || c == '\n' || c == '\0') ? ' ' : c;
    head.append("\r\n");
  };
  for (const auto& [name, value] : response.headers) add(name, value);
  for (const auto& [name, value] : kDefaultHeaders) {
    if (!std::any_of(response.headers.begin(), response.headers.end(),
                     [&](const auto& header) { return EqualsIgnoringCase(header.first, name); })) {
      add(name, value);
    }
  }
  if (shared_->options.behind_proxy) add("Strict-Transport-Security", "max-age=31536000");
  if (!HasNoBody(response) && !response.content_type.empty()) add("Content-Type", response.content_type);
  if (!HasNoBody(response) && response.feed == nullptr) {
    add("Content-Length", std::to_string(response.Body().size()));
  }
  add("Connection", keep_alive ? "keep-alive" : "close");
  head += "\r\n";
  return head;
}

asio::awaitable<bool> Connection::Write(Response response, bool is_head_request, bool keep_alive) {
  const std::string head = HeadText(response, keep_alive);
  const std::string_view body = HasNoBody(response) || is_head_request ? std::string_view() : response.Body();
  stream_.expires_after(kWriteTime + std::chrono::seconds(body.size() / kMinWriteRate));
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head), asio::buffer(body.data(), body.size())};
  error_code error;
  co_await asio::async_write(stream_, buffers, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return false;
  if (!keep_alive) co_await Linger();
  co_return keep_alive;
}

asio::awaitable<void> Connection::BecomeStream(Response response) {
  const std::string head = HeadText(response, false);
  stream_.expires_after(kWriteTime);
  error_code error;
  co_await asio::async_write(stream_, asio::buffer(head), asio::redirect_error(asio::use_awaitable, error));
  if (error || is_ended_) co_return;
  shared_->streams->Adopt(stream_.release_socket(), std::move(response.feed), std::move(seat_));
}

// Closing a socket with unread bytes resets it, and the peer may lose the reply: read them for a moment.
asio::awaitable<void> Connection::Linger() {
  error_code error;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  stream_.expires_after(kLingerTime);
  std::array<char, kReadStep> discarded;
  for (size_t total = 0; !error && total < kMaxLingered;) {
    total +=
        co_await stream_.async_read_some(asio::buffer(discarded), asio::redirect_error(asio::use_awaitable, error));
  }
}

}  // namespace expt::http
