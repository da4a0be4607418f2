package syntax

import (
	"strings"
	"sync"
)

// What many languages have in common.
var (
	slashes = []string{"//"}
	hashes  = []string{"#"}
	block   = fence{open: "/*", close: "*/", kind: Comment, lines: true, plain: true}
	nested  = fence{open: "/*", close: "*/", kind: Comment, lines: true, plain: true, nests: true}
	double  = fence{open: `"`, close: `"`, kind: String}
	single  = fence{open: "'", close: "'", kind: String}
	char    = fence{open: "'", close: "'", kind: String, short: true}
	back    = fence{open: "`", close: "`", kind: String, lines: true}
	triple  = fence{open: `"""`, close: `"""`, kind: String, lines: true}
	triple1 = fence{open: "'''", close: "'''", kind: String, lines: true}
	wide    = fence{open: `"`, close: `"`, kind: String, lines: true}
	wide1   = fence{open: "'", close: "'", kind: String, lines: true, plain: true}
)

// languages are all that are known; each is found by the ends of names, or whole names, that
// stand before it.
var languages = []struct {
	names string
	Language
}{
	{"go", Language{Name: "Go", comment: slashes, fences: []fence{block, double, char, {open: "`", close: "`", kind: String, lines: true, plain: true}},
		words: "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr true false nil iota"}},
	{"mod work", Language{Name: "Go module", comment: slashes, fences: []fence{double, back}, words: "module go toolchain require replace exclude retract use tool godebug ignore"}},
	{"c h", Language{Name: "C", comment: slashes, fences: []fence{block, double, char}, hash: true, words: wordsC}},
	{"cc cpp cxx c++ hh hpp hxx ino cu", Language{Name: "C++", comment: slashes, fences: []fence{block, {open: `R"(`, close: `)"`, kind: String, lines: true, plain: true}, double, char}, hash: true,
		words: wordsC + " alignas and bool catch class co_await co_return co_yield concept const_cast consteval constexpr constinit decltype delete dynamic_cast explicit export friend mutable namespace new noexcept not operator or override final private protected public reinterpret_cast requires static_assert static_cast template this thread_local throw try typeid typename using virtual wchar_t"}},
	{"m mm", Language{Name: "Objective-C", comment: slashes, fences: []fence{block, double, char}, hash: true, meta: '@', words: wordsC + " id self super nil YES NO BOOL"}},
	{"cs csx", Language{Name: "C#", comment: slashes, fences: []fence{block, triple, {open: `@"`, close: `"`, kind: String, lines: true, plain: true}, double, char}, hash: true,
		words: "abstract as async await base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false finally fixed float for foreach get goto if implicit in init int interface internal is lock long nameof namespace new null object operator out override params private protected public readonly record ref return sbyte sealed set short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using var virtual void volatile when where while with yield"}},
	{"java", Language{Name: "Java", comment: slashes, fences: []fence{block, triple, double, char}, meta: '@',
		words: "abstract assert boolean break byte case catch char class const continue default do double else enum extends final finally float for goto if implements import instanceof int interface long native new null package permits private protected public record return sealed short static strictfp super switch synchronized this throw throws transient true false try var void volatile while yield"}},
	{"kt kts", Language{Name: "Kotlin", comment: slashes, fences: []fence{nested, triple, double, char}, meta: '@',
		words: "abstract actual annotation as break by catch class companion const constructor continue crossinline data do else enum expect external false final finally for fun get if import in infix init inline inner interface internal is lateinit noinline null object open operator out override package private protected public reified return sealed set super suspend tailrec this throw true try typealias val var vararg when where while"}},
	{"scala sc sbt", Language{Name: "Scala", comment: slashes, fences: []fence{nested, triple, double, char}, meta: '@',
		words: "abstract case catch class def do else enum export extends extension false final finally for given if implicit import inline lazy match new null object opaque override package private protected return sealed super then this throw trait transparent true try type using val var while with yield"}},
	{"swift", Language{Name: "Swift", comment: slashes, fences: []fence{nested, triple, double}, meta: '@',
		words: "actor any as associatedtype async await break case catch class continue default defer deinit do else enum extension fallthrough false fileprivate final for func guard if import in indirect init inout internal is lazy let mutating nil open operator override private protocol public repeat rethrows return self some static struct subscript super switch throw throws true try typealias var weak where while"}},
	{"rs", Language{Name: "Rust", comment: slashes, fences: []fence{nested, {open: `r#"`, close: `"#`, kind: String, lines: true, plain: true}, wide, char}, hash: false,
		words: "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type union unsafe use where while bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize String Vec Option Result Some None Ok Err Box"}},
	{"zig", Language{Name: "Zig", comment: slashes, fences: []fence{double, char}, meta: '@', words: "align allowzero and anyframe anytype asm break callconv catch comptime const continue defer else enum errdefer error export extern false fn for if inline noalias null opaque or orelse packed pub resume return struct suspend switch test threadlocal true try undefined union unreachable usingnamespace var volatile while bool void u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64"}},
	{"js mjs cjs jsx", Language{Name: "JavaScript", comment: slashes, fences: []fence{block, double, single, back}, meta: '@', more: "$", words: wordsJS}},
	{"ts mts cts tsx", Language{Name: "TypeScript", comment: slashes, fences: []fence{block, double, single, back}, meta: '@', more: "$", words: wordsJS + " abstract any as asserts bigint boolean declare enum implements infer interface is keyof module namespace never number object override private protected public readonly satisfies string symbol type unknown"}},
	{"dart", Language{Name: "Dart", comment: slashes, fences: []fence{nested, triple, triple1, double, single}, meta: '@', words: "abstract as assert async await base bool break case catch class const continue covariant default deferred do double dynamic else enum export extends extension external factory false final finally for Function get hide if implements import in int interface is late library mixin new null on operator part required rethrow return sealed set show static String super switch sync this throw true try typedef var void when while with yield"}},
	{"py pyi pyw bzl star bazel build workspace", Language{Name: "Python", comment: hashes, fences: []fence{triple, triple1, double, single}, meta: '@',
		words: "and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield True False None self cls bool bytes dict float int list set str tuple"}},
	{"rb rake gemspec ru gemfile rakefile vagrantfile podfile", Language{Name: "Ruby", comment: hashes, fences: []fence{{open: "=begin", close: "=end", kind: Comment, lines: true, plain: true}, double, single, back}, meta: '@', heredoc: true, more: "?!",
		words: "alias and begin break case class def defined? do else elsif end ensure false for if in module next nil not or redo rescue retry return self super then true undef unless until when while yield require require_relative include extend attr_reader attr_writer attr_accessor private protected public raise"}},
	{"pp", Language{Name: "Puppet", comment: hashes, fences: []fence{wide, wide1}, dollar: true, words: "and application attr case class default define else elsif environment false function if import in inherits node or private produces site true type undef unit unless"}},
	{"php php5 phtml", Language{Name: "PHP", comment: []string{"//", "#"}, fences: []fence{block, wide, wide1, back}, dollar: true, heredoc: true,
		words: "abstract and array as bool break callable case catch class clone const continue declare default do echo else elseif empty enum extends false final finally float fn for foreach function global goto if implements include include_once instanceof insteadof int interface isset list match mixed namespace new null or print private protected public readonly require require_once return static string switch throw trait true try unset use var void while xor yield"}},
	{"pl pm t", Language{Name: "Perl", comment: hashes, spaced: true, fences: []fence{double, single}, dollar: true, meta: '@', heredoc: true,
		words: "and chomp cmp continue defined delete die do each else elsif eq eval exists for foreach ge gt if keys last le local lt my ne next no not or our package print printf push redo ref require return say shift sub undef unless until use values wantarray while"}},
	{"lua", Language{Name: "Lua", comment: []string{"--"}, fences: []fence{{open: "--[[", close: "]]", kind: Comment, lines: true, plain: true}, {open: "[[", close: "]]", kind: String, lines: true, plain: true}, double, single}, words: "and break do else elseif end false for function goto if in local nil not or repeat return then true until while self"}},
	{"sh bash zsh ksh dash bats env bashrc profile apkbuild pkgbuild ebuild", Language{Name: "Shell", comment: hashes, spaced: true, fences: []fence{wide, wide1}, dollar: true, heredoc: true, more: "-",
		words: "if then else elif fi case esac for while until do done in function select time return exit break continue local export readonly declare unset shift eval exec source trap set echo printf read cd test true false"}},
	{"fish", Language{Name: "Fish", comment: hashes, spaced: true, fences: []fence{wide, wide1}, dollar: true, words: "and begin break builtin case command continue else end exec exit for function if in not or return set switch test while"}},
	{"ps1 psm1 psd1", Language{Name: "PowerShell", comment: hashes, fences: []fence{{open: "<#", close: "#>", kind: Comment, lines: true, plain: true}, {open: `"`, close: `"`, kind: String, lines: true, plain: true}, wide1}, dollar: true, any: true, more: "-", words: "begin break catch class continue data do dynamicparam else elseif end enum exit filter finally for foreach from function if in param process return switch throw trap try until using while -eq -ne -gt -lt -ge -le -like -match -and -or -not"}},
	{"bat cmd", Language{Name: "Batch", comment: []string{"::", "rem ", "REM "}, fences: []fence{double}, any: true, words: "call cd cls copy del do echo else endlocal errorlevel exist exit for goto if in mkdir move not pause popd pushd rd set setlocal shift start"}},
	{"sql psql ddl", Language{Name: "SQL", comment: []string{"--"}, fences: []fence{nested, wide1, {open: `"`, close: `"`, kind: Name, plain: true}, {open: "$$", close: "$$", kind: String, lines: true, plain: true}}, any: true,
		words: "add all alter analyze and any as asc autoincrement begin between bigint blob boolean bytea by cascade case cast check collate column commit conflict constraint create cross database date default delete desc distinct do drop else end except exists explain false fetch first for foreign from full function grant group having if in index inner insert int integer intersect into is join json jsonb key last left like limit natural not nothing null numeric offset on or order outer over partition primary procedure real recursive references replace restrict returning returns revoke right rollback rowid row rows schema select sequence serial set smallint strict table temporary text then timestamp to transaction trigger true truncate union unique update using vacuum values varchar view when where window with without"}},
	{"tf tfvars hcl nomad", Language{Name: "HCL", comment: []string{"#", "//"}, fences: []fence{block, double}, heredoc: true, more: "-", words: "resource data variable output module provider terraform locals for in if true false null string number bool list map set object any dynamic moved import check"}},
	{"nix", Language{Name: "Nix", comment: hashes, fences: []fence{block, {open: "''", close: "''", kind: String, lines: true, plain: true}, wide}, more: "-'", words: "let in with rec inherit if then else assert or import true false null builtins"}},
	{"proto", Language{Name: "Protocol Buffers", comment: slashes, fences: []fence{block, double, single}, words: "syntax edition package import public weak option message enum service rpc returns stream oneof map repeated optional required reserved extensions extend to max true false double float int32 int64 uint32 uint64 sint32 sint64 fixed32 fixed64 sfixed32 sfixed64 bool string bytes"}},
	{"graphql gql", Language{Name: "GraphQL", comment: hashes, fences: []fence{triple, double}, meta: '@', dollar: true, words: "query mutation subscription fragment on type interface union enum input scalar schema extend implements directive true false null"}},
	{"thrift", Language{Name: "Thrift", comment: []string{"//", "#"}, fences: []fence{block, double, single}, words: "namespace include struct union exception enum service typedef const required optional oneway void throws extends bool byte i8 i16 i32 i64 double string binary list set map true false"}},
	{"groovy gradle jenkinsfile", Language{Name: "Groovy", comment: slashes, fences: []fence{block, triple, triple1, double, single}, meta: '@', words: "abstract as assert boolean break case catch class const continue def default do double else enum extends false final finally float for if implements import in instanceof int interface long new null package private protected public return short static super switch this throw throws trait true try void while pipeline agent stages stage steps post environment parameters"}},
	{"ex exs", Language{Name: "Elixir", comment: hashes, fences: []fence{triple, double, single}, meta: '@', more: "?!", words: "after and case catch cond def defdelegate defexception defguard defimpl defmacro defmodule defp defprotocol defstruct do else end false fn for if import in nil not or quote raise receive require rescue true try unless unquote use when with"}},
	{"erl hrl", Language{Name: "Erlang", comment: []string{"%"}, fences: []fence{double, single}, words: "after and andalso band begin bnot bor bsl bsr bxor case catch cond div end fun if let not of or orelse receive rem try when xor module export import record define include true false undefined ok error"}},
	{"hs lhs", Language{Name: "Haskell", comment: []string{"--"}, fences: []fence{{open: "{-", close: "-}", kind: Comment, lines: true, plain: true, nests: true}, double, char}, more: "'", words: "case class data default deriving do else family forall foreign if import in infix infixl infixr instance let mdo module newtype of proc qualified rec then type where True False Nothing Just"}},
	{"ml mli fs fsi fsx", Language{Name: "ML", comment: slashes, fences: []fence{{open: "(*", close: "*)", kind: Comment, lines: true, plain: true, nests: true}, triple, wide, char}, more: "'", words: "and as assert begin class constraint do done downto else end exception external false for fun function functor if in include inherit initializer lazy let match method module mutable namespace new object of open or private rec sig struct then to true try type val virtual when while with yield"}},
	{"clj cljs cljc edn lisp el scm rkt", Language{Name: "Lisp", comment: []string{";"}, fences: []fence{wide}, more: "-?!*+/<>=", words: "def defn defmacro defun defvar define let if cond when do fn lambda loop recur ns require use import quote nil true false t setq progn"}},
	{"r", Language{Name: "R", comment: hashes, fences: []fence{wide, single}, more: ".", words: "break else for function if in next repeat return while TRUE FALSE NULL NA NaN Inf library require"}},
	{"jl", Language{Name: "Julia", comment: hashes, fences: []fence{{open: "#=", close: "=#", kind: Comment, lines: true, plain: true, nests: true}, triple, double, char}, meta: '@', more: "!", words: "abstract baremodule begin break catch const continue do else elseif end export false finally for function global if import in let local macro module mutable nothing primitive quote return struct true try type using where while"}},
	{"vim vimrc", Language{Name: "Vim", comment: []string{`"`}, spaced: true, fences: []fence{single}, words: "if else elseif endif for endfor while endwhile function endfunction return let set call autocmd augroup map nnoremap inoremap vnoremap command try catch endtry"}},
	{"json jsonc json5 webmanifest ipynb geojson tfstate sarif", Language{Name: "JSON", comment: slashes, fences: []fence{block, double}, keys: true, words: "true false null"}},
	{"jsonnet libsonnet", Language{Name: "Jsonnet", comment: []string{"//", "#"}, fences: []fence{block, {open: "|||", close: "|||", kind: String, lines: true, plain: true}, wide, wide1}, keys: true, words: "assert else error false for function if import importstr in local null self super tailstrict then true"}},
	{"cue", Language{Name: "CUE", comment: slashes, fences: []fence{triple, double}, keys: true, words: "package import for in if let true false null string int float number bool bytes"}},
	{"rego", Language{Name: "Rego", comment: hashes, fences: []fence{double, back}, words: "package import as default else every false if in contains not null some true with"}},
	{"yaml yml clang-format", Language{Name: "YAML", scan: yaml, comment: hashes, spaced: true, fences: []fence{wide, {open: "'", close: "'", kind: String, lines: true, plain: true}}, more: "-./", words: "true false null yes no on off"}},
	{"toml cargo.lock poetry.lock uv.lock", Language{Name: "TOML", scan: settings, comment: hashes, fences: []fence{triple, triple1, double, {open: "'", close: "'", kind: String, plain: true}}, words: "true false inf nan"}},
	{"ini cfg conf cnf properties service socket timer mount target path desktop editorconfig gitconfig gitmodules npmrc", Language{Name: "INI", scan: settings, comment: []string{"#", ";"}, spaced: true, fences: []fence{double}, any: true, words: "true false yes no on off"}},
	{"dockerfile containerfile", Language{Name: "Dockerfile", comment: hashes, spaced: true, fences: []fence{double, single}, dollar: true, any: true, heredoc: true, more: "-", words: "add arg as cmd copy entrypoint env expose from healthcheck label maintainer onbuild run shell stopsignal user volume workdir"}},
	{"makefile gnumakefile mk mak", Language{Name: "Makefile", scan: makefile, comment: hashes, spaced: true, fences: []fence{double, single}, dollar: true, more: "-.", words: "define endef else endif export ifdef ifeq ifndef ifneq include override private undefine unexport vpath"}},
	{"cmake cmakelists.txt", Language{Name: "CMake", comment: hashes, fences: []fence{wide}, dollar: true, any: true, words: "add_compile_options add_custom_command add_custom_target add_executable add_library add_subdirectory add_test cmake_minimum_required else elseif endforeach endfunction endif endmacro endwhile file find_library find_package find_path foreach function if include install list macro message option project return set string target_compile_definitions target_include_directories target_link_libraries while"}},
	{"css", Language{Name: "CSS", fences: []fence{block, double, single}, meta: '@', keys: true, more: "-", words: "important"}},
	{"scss sass less", Language{Name: "SCSS", comment: slashes, fences: []fence{block, double, single}, meta: '@', dollar: true, keys: true, more: "-", words: "important"}},
	{"html htm xhtml xml svg xsd xsl xslt plist pom vue svelte csproj vcxproj resx gohtml tmpl hbs", Language{Name: "markup", scan: markup, fences: []fence{
		markupComment - 1: {open: "<!--", close: "-->", kind: Comment, lines: true, plain: true}, markupData - 1: {open: "<![CDATA[", close: "]]>", kind: String, lines: true, plain: true}}}},
	{"md markdown mdx", Language{Name: "Markdown", scan: document}},
	{"asm s", Language{Name: "assembler", comment: []string{"#", ";", "//", "@ "}, fences: []fence{block, double}, meta: '.', words: "mov push pop call ret jmp add sub xor and or cmp test lea nop"}},
}

const (
	wordsC  = "auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true false NULL nullptr size_t ssize_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t uintptr_t"
	wordsJS = "arguments async await break case catch class const continue debugger default delete do else export extends false finally for from function get if import in instanceof let new null of return set static super switch this throw true try typeof undefined var void while with yield"
)

// byName are the languages by the ends of names and whole names.
var byName = sync.OnceValue(func() map[string]*Language {
	all := map[string]*Language{}
	for i := range languages {
		l := &languages[i]
		if l.scan == nil {
			l.scan = code
		}
		for name := range strings.FieldsSeq(l.names) {
			all[name] = &l.Language
		}
	}
	for program, name := range programs {
		byProgram[program] = all[name]
	}
	return all
})

// programs that the first line of a script may name.
var (
	programs  = map[string]string{"sh": "sh", "bash": "sh", "dash": "sh", "zsh": "sh", "ksh": "sh", "python": "py", "ruby": "rb", "perl": "pl", "node": "js", "deno": "ts", "php": "php", "lua": "lua", "fish": "fish", "pwsh": "ps1", "Rscript": "r", "awk": "sh", "make": "makefile"}
	byProgram = map[string]*Language{}
)
