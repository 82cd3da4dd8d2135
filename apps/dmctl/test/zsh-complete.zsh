# What zsh offers at the end of a line, one candidate to a line. Usage: zsh -f zsh-complete.zsh <script> <line>
# Completion works in an interactive shell only: one is started on a terminal of its own, and tells what it would show.
zmodload zsh/zpty
zpty shell zsh -f -i
setup=$(mktemp)
cat > $setup <<'SETUP'
PROMPT=
autoload -Uz compinit && compinit -D -u
source $SCRIPT
# Instead of showing candidates, tells them.
compadd() {
  local -a hits
  builtin compadd -A hits "$@"
  print -rl -- $hits
}
complete-and-tell() {
  print -r -- '<<<'
  zle complete-word
  print -r -- '>>>'
}
null-line() { compstate[insert]= compstate[list]= }
comppostfuncs=(null-line)
zle -N complete-and-tell
bindkey '^I' complete-and-tell
print rea''dy
SETUP
zpty -w shell "SCRIPT=${(q)1}; source $setup"
zpty -r shell ignored '*ready*'
zpty -w -n shell "$2"$'\t'
zpty -r shell told '*>>>*'
print -r -- ${${told##*<<<}%%>>>*} | tr -d '\r' | sed '/^$/d'
zpty -d shell
rm -f $setup
