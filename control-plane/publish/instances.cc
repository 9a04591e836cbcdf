#include "control-plane/publish/instances.h"

#include <algorithm>
#include <limits>

namespace expt::publish {
namespace {

constexpr Audience kAudiences[] = {Audience::kServer, Audience::kClient};

bool IsAlive(const Instance& instance, Time now) { return instance.seen + Instances::kRemembered > now; }

// Whether `last` is long enough ago; it is `now` then.
bool IsDue(std::optional<Time>& last, Time now) {
  if (last.has_value() && now < *last + Instances::kQuiet) return false;
  last = now;
  return true;
}

uint64_t Sum(uint64_t a, uint64_t b) {
  return b > std::numeric_limits<uint64_t>::max() - a ? std::numeric_limits<uint64_t>::max() : a + b;
}

}  // namespace

std::string VerdictWord(const std::optional<wire::SnapshotVerdict>& verdict) {
  if (!verdict.has_value()) return "none";
  switch (verdict->result) {
    case wire::VerdictResult::kOnTrial:
      return "on_trial";
    case wire::VerdictResult::kAck:
      return "ack";
    case wire::VerdictResult::kNack:
      break;
  }
  return "nack_" + std::string(wire::Name(wire::KindOf(verdict->code)));
}

bool Instances::Report(std::string_view environment, Audience audience, const wire::StatusReport& report, Time now) {
  const std::lock_guard lock(mutex_);
  Stream& stream = streams_[{std::string(environment), audience}];
  for (const wire::EvaluationCount& count : report.evaluations) {
    if (audience != Audience::kServer) break;  // anybody may have a client key
    wire::EvaluationCount& sum = stream.evaluations[count.version];
    sum.version = count.version;
    sum.total = Sum(sum.total, count.total);
    sum.errors = Sum(sum.errors, count.errors);
    if (stream.evaluations.size() > kMaxVersions) stream.evaluations.erase(stream.evaluations.begin());
  }
  const bool is_alarm = VerdictWord(report.verdict) == "nack_security" && IsDue(stream.alarmed, now);
  auto found = stream.instances.find(report.instance_id);
  if (found == stream.instances.end()) {
    if (stream.instances.size() >= kMaxInstances && IsDue(stream.pruned, now)) {
      std::erase_if(stream.instances, [now](const auto& entry) { return !IsAlive(entry.second, now); });
    }
    if (stream.instances.size() >= kMaxInstances) return is_alarm;
    found = stream.instances.try_emplace(report.instance_id).first;
  }
  Instance& instance = found->second;
  instance.id = report.instance_id;
  instance.audience = audience;
  instance.sdk = report.sdk;
  instance.sdk_version = report.sdk_version;
  instance.seen = now;
  instance.head_number = report.head_number;
  instance.served_version = report.served_version;
  instance.state = report.state;
  instance.verdict = report.verdict;
  return is_alarm;
}

const Instances::Stream* Instances::Find(std::string_view environment, Audience audience) const {
  const auto found = streams_.find({std::string(environment), audience});
  return found == streams_.end() ? nullptr : &found->second;
}

InstanceCounts Instances::Count(std::string_view environment, Time now) const {
  const std::lock_guard lock(mutex_);
  InstanceCounts counts;
  for (const Audience audience : kAudiences) {
    const Stream* const stream = Find(environment, audience);
    if (stream == nullptr) continue;
    for (const auto& [id, instance] : stream->instances) {
      if (!IsAlive(instance, now)) continue;
      std::string word = VerdictWord(instance.verdict);
      if (word == "nack_security") ++counts.security_nacks;
      ++counts.total;
      ++counts.by_version[instance.served_version];
      ++counts.by_verdict[std::move(word)];
    }
  }
  return counts;
}

std::vector<Instance> Instances::List(std::string_view environment, Audience audience,
                                      const std::optional<InstanceId>& after, size_t limit, Time now) const {
  const std::lock_guard lock(mutex_);
  std::vector<Instance> list;
  for (const Audience of : kAudiences) {
    const Stream* const stream = Find(environment, of);
    if (stream == nullptr || of < audience) continue;
    auto at = of == audience && after.has_value() ? stream->instances.upper_bound(*after) : stream->instances.begin();
    for (; at != stream->instances.end() && list.size() < limit; ++at) {
      if (IsAlive(at->second, now)) list.push_back(at->second);
    }
  }
  return list;
}

std::vector<InstanceId> Instances::Alive(std::string_view environment, Time now) const {
  const std::lock_guard lock(mutex_);
  std::vector<InstanceId> ids;
  for (const Audience audience : kAudiences) {
    const Stream* const stream = Find(environment, audience);
    if (stream == nullptr) continue;
    for (const auto& [id, instance] : stream->instances) {
      if (IsAlive(instance, now)) ids.push_back(id);
    }
  }
  return ids;
}

wire::EvaluationCount Instances::Evaluations(std::string_view environment, int64_t version) const {
  const std::lock_guard lock(mutex_);
  const Stream* const stream = Find(environment, Audience::kServer);
  if (stream == nullptr) return {.version = version};
  const auto found = stream->evaluations.find(version);
  return found == stream->evaluations.end() ? wire::EvaluationCount{.version = version} : found->second;
}

void Instances::ForgetEvaluations(std::string_view environment) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find({std::string(environment), Audience::kServer});
  if (found != streams_.end()) found->second.evaluations.clear();
}

}  // namespace expt::publish
