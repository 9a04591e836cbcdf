#include "control-plane/cli/completion.h"

#include <algorithm>
#include <vector>

namespace expt::cli {
namespace {

struct Word {
  std::string name;  // "eval", "--flag"
  std::string description;
  bool takes_value = false;
};

struct Level {
  std::string path;  // "expt events send"
  std::vector<Word> subcommands, options;
};

std::string FirstLine(std::string text) {
  if (const size_t end = text.find('\n'); end != std::string::npos) text.resize(end);
  return text;
}

void Collect(const CLI::App& app, const std::string& path, std::vector<Level>& levels) {
  Level level{path, {}, {}};
  const std::vector<const CLI::App*> subcommands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* command : subcommands) {
    level.subcommands.push_back({command->get_name(), FirstLine(command->get_description())});
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      level.options.push_back(
          {"--" + name, FirstLine(option->get_description()), option->get_items_expected_max() > 0});
    }
  }
  levels.push_back(level);
  for (const CLI::App* command : subcommands) Collect(*command, path + " " + command->get_name(), levels);
}

std::string Joined(const std::vector<Word>& subcommands, const std::vector<Word>& options) {
  std::string text;
  for (const auto* words : {&subcommands, &options}) {
    for (const Word& word : *words) text += (text.empty() ? "" : " ") + word.name;
  }
  return text;
}

// Walks the words before the cursor down the tree of subcommands; then sets `candidates` to what may come next.
std::string WalkInShell(const std::vector<Level>& levels, const std::string& words_before) {
  std::string text =
      "  local place=expt word candidates=\n  for word in " + words_before + "; do\n    case \"$place $word\" in\n";
  text += "      ";
  for (size_t i = 1; i < levels.size(); ++i) text += (i > 1 ? "|" : "") + ("\"" + levels[i].path + "\"");
  text += ") place=\"$place $word\" ;;\n    esac\n  done\n  case \"$place\" in\n";
  for (const Level& level : levels) {
    text += "    \"" + level.path + "\") candidates=\"" + Joined(level.subcommands, level.options) + "\" ;;\n";
  }
  return text + "  esac\n";
}

std::string Bash(const std::vector<Level>& levels) {
  return "# bash completion for expt; load it with: source <(expt completion bash)\n"
         "_expt() {\n"
         "  local cur=\"${COMP_WORDS[COMP_CWORD]}\"\n" +
         WalkInShell(levels, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"") +
         "  COMPREPLY=($(compgen -W \"$candidates\" -- \"$cur\"))\n"
         "}\n"
         "complete -o default -F _expt expt\n";
}

std::string Zsh(const std::vector<Level>& levels) {
  return "#compdef expt\n"
         "# zsh completion for expt; load it with: source <(expt completion zsh)\n"
         "_expt() {\n" +
         WalkInShell(levels, "\"${(@)words[2,CURRENT-1]}\"") +
         "  compadd -- ${=candidates}\n"
         "  [[ \"$PREFIX\" == -* ]] || _files\n"
         "}\n"
         "compdef _expt expt\n";
}

// Single quotes for fish: backslash and quote are escaped.
std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string Fish(const std::vector<Level>& levels) {
  std::string text = "# fish completion for expt; load it with: expt completion fish | source\n";
  for (const Level& level : levels) {
    std::string condition;
    std::string path = level.path;
    if (level.path == "expt") {
      condition = "__fish_use_subcommand";
    } else {
      path = path.substr(5);
      for (size_t begin = 0; begin < path.size();) {
        const size_t end = std::min(path.find(' ', begin), path.size());
        condition +=
            (condition.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + path.substr(begin, end - begin));
        begin = end + 1;
      }
    }
    for (const Word& word : level.subcommands) {
      text +=
          "complete -c expt -n " + Quoted(condition) + " -f -a " + word.name + " -d " + Quoted(word.description) + "\n";
    }
    for (const Word& word : level.options) {
      text += "complete -c expt -n " + Quoted(condition) + " -l " + word.name.substr(2) +
              (word.takes_value ? " -r" : "") + " -d " + Quoted(word.description) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string CompletionScript(const CLI::App& app, std::string_view shell) {
  std::vector<Level> levels;
  Collect(app, "expt", levels);
  if (shell == "bash") return Bash(levels);
  if (shell == "zsh") return Zsh(levels);
  if (shell == "fish") return Fish(levels);
  return {};
}

}  // namespace expt::cli
