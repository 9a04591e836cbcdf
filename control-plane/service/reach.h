// What a definition needs through segments and through flags that it asks about.
#ifndef EXPT_CONTROL_PLANE_SERVICE_REACH_H_
#define EXPT_CONTROL_PLANE_SERVICE_REACH_H_

#include <set>
#include <string>
#include <vector>

#include "control-plane/service/library.h"

namespace expt::service {

// Follows each segment and flag once, so cycles end. What is missing in the library counts, and leads nowhere.
class Reach {
 public:
  using Keys = std::set<std::string, std::less<>>;

  explicit Reach(Library& library) : library_(library) {}

  void Follow(const Condition& condition);
  void Follow(const FlagConfiguration& configuration);
  void FollowFlag(const std::string& key);

  const Keys& segments() const { return segments_; }
  const Keys& flags() const { return flags_; }

 private:
  void Note(const Condition& condition);
  void Note(const FlagConfiguration& configuration);
  void NoteFlag(const std::string& key);
  void NoteSegment(const std::string& key);
  void FollowNoted();

  Library& library_;
  Keys segments_;
  Keys flags_;
  std::vector<const Segment*> new_segments_;  // noted, and not followed yet
  std::vector<const FlagConfiguration*> new_configurations_;
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_REACH_H_
