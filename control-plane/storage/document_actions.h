// What audit entries that tell a change of a document are called: each of them is a revision of it.
#ifndef EXPT_CONTROL_PLANE_STORAGE_DOCUMENT_ACTIONS_H_
#define EXPT_CONTROL_PLANE_STORAGE_DOCUMENT_ACTIONS_H_

#include <string>
#include <string_view>

namespace expt::storage {

// As SQL wants a list. Stored: words are added, and never changed.
inline constexpr char kDocumentActions[] =
    "('create', 'replace', 'archive', 'submit', 'withdraw', 'start', 'pause', 'resume', 'stop', 'ship', 'roll_back', "
    "'note', 'fail_schedule', 'attach', 'detach')";

inline bool IsDocumentAction(std::string_view action) {
  return std::string_view(kDocumentActions).find("'" + std::string(action) + "'") != std::string_view::npos;
}

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_DOCUMENT_ACTIONS_H_
