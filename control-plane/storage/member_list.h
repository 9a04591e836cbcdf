// Members of segments that were uploaded. They are kept apart from documents, which say only how many there are: a list
// may be long, and the audit need not repeat it.
#ifndef EXPT_CONTROL_PLANE_STORAGE_MEMBER_LIST_H_
#define EXPT_CONTROL_PLANE_STORAGE_MEMBER_LIST_H_

#include <string>

namespace expt::storage {

struct MemberListName {
  std::string project;
  std::string segment;  // key
  std::string list;     // "include" or "exclude"
};

struct MemberListWrite {
  MemberListName name;
  std::string text;  // the unit ids, sorted by bytes, each once and with a line feed behind it; empty: no list
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_MEMBER_LIST_H_
