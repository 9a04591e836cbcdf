#include "src/client/health.h"

#include <algorithm>

#include "src/base/status.h"

namespace expt::client {

using std::chrono::milliseconds;

void Health::SetReady() {
  const std::lock_guard guard(mutex_);
  is_ready_ = true;
  changed_.notify_all();
}

bool Health::WaitReady(milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return is_ready_; });
}

void Health::SetVerified(milliseconds now) {
  const std::lock_guard guard(mutex_);
  is_verified_ = true;
  since_ = now;
}

milliseconds Health::Age(milliseconds now) const { return std::max(milliseconds(0), now - since_.load()); }

void Health::SetStreaming(bool is_streaming) {
  const std::lock_guard guard(mutex_);
  is_streaming_ = is_streaming;
}

bool Health::Set(std::string& place, const absl::Status& status) {
  std::string text = base::TextOf(status);
  if (text == place) return false;
  place = std::move(text);
  return true;
}

bool Health::SetLoadStatus(const absl::Status& status) {
  const std::lock_guard guard(mutex_);
  if (status.ok()) load_code_.reset();
  if (const std::optional<LoadError> code = LoadErrorOf(status)) load_code_ = code;
  return Set(load_error_, status);
}

bool Health::SetSaveStatus(const absl::Status& status) {
  const std::lock_guard guard(mutex_);
  save_code_ = LoadErrorOf(status);
  return Set(save_error_, status);
}

bool Health::SetSendStatus(const absl::Status& status) {
  const std::lock_guard guard(mutex_);
  return Set(send_error_, status);
}

bool Health::SetSpoolStatus(const absl::Status& status) {
  const std::lock_guard guard(mutex_);
  return Set(spool_error_, status);
}

void Health::SetSource(ClientStatus::Source source) {
  const std::lock_guard guard(mutex_);
  source_ = source;
  if (source != ClientStatus::Source::kNetwork) return;
  is_recovered_ = false;
  quarantined_.reset();
}

void Health::SetRecovered() {
  const std::lock_guard guard(mutex_);
  is_recovered_ = true;
}

void Health::SetQuarantined(const Digest& digest) {
  const std::lock_guard guard(mutex_);
  quarantined_ = digest;
}

void Health::Count(const absl::Status& status) {
  const std::optional<LoadError> error = LoadErrorOf(status);
  if (!error.has_value()) return;
  const std::lock_guard guard(mutex_);
  ++load_counts_[error->code];
}

void Health::Fill(milliseconds now, ClientStatus& status) const {
  const std::lock_guard guard(mutex_);
  status.age = Age(now);
  if (!is_ready_) {
    status.state = ClientStatus::State::kNotReady;
  } else if (is_verified_ && status.age < kFreshFor) {
    status.state = ClientStatus::State::kFresh;
  } else {
    status.state = status.age < kStaleFor ? ClientStatus::State::kStale : ClientStatus::State::kVeryStale;
  }
  status.is_streaming = is_streaming_;
  for (const std::string* error : {&load_error_, &save_error_, &send_error_, &spool_error_}) {
    if (error->empty()) continue;
    if (!status.last_error.empty()) status.last_error += "; ";
    status.last_error += *error;
  }
  status.last_load_error = load_code_.has_value() ? load_code_ : save_code_;
  status.source = source_;
  status.quarantined = quarantined_;
  using Condition = ClientStatus::Condition;
  if (load_code_.has_value()) status.conditions.push_back(Condition::kRejected);
  if (is_recovered_) status.conditions.push_back(Condition::kRecovered);
  if (quarantined_.has_value()) status.conditions.push_back(Condition::kSafeMode);
  const LoadCode saved = save_code_.has_value() ? save_code_->code : LoadCode::kNone;
  if (saved == LoadCode::kPendingNotSaved || saved == LoadCode::kLkgNotSaved) status.conditions.push_back(Condition::kCacheUnavailable);
  for (const auto& [code, count] : load_counts_) {
    status.load_counts.push_back({.step = base::LoadStep(code), .code = code, .count = count});
  }
}

}  // namespace expt::client
