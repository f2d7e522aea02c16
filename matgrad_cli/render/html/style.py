"""The one style sheet of the HTML pages, and their script: light and dark, phone to wide screen, paper,
the arrow keys."""

from typing import Final

STYLE: Final = """
.matgrad{--fg:#1d2228;--soft:#5b6570;--line:#d6dbe1;--bg:#fff;--card:#f7f8fa;--new:#d3f0d9;--old:#ffe4c4;
--good:#176f2c;--doubt:#8a5a00;
--bad:#b3261e;--accent:#1f5fbf;color:var(--fg);background:var(--bg);font:16px/1.5 system-ui,sans-serif;max-width:60rem;
margin:0 auto;
padding:.2rem 1rem;text-align:left}
@media(prefers-color-scheme:dark){.matgrad{--fg:#e4e8ee;--soft:#9aa7b4;--line:#3a434d;--bg:#14181d;--card:#1c2229;
--new:#1d4a2b;
--old:#59401a;--good:#6fd08c;--doubt:#e0b050;--bad:#ff8a80;--accent:#84b6ff}}
.matgrad.wide{max-width:none}
.matgrad *{box-sizing:border-box}
.matgrad h1{font-size:1.35rem;margin:.6rem 0}.matgrad h2{font-size:1.1rem;margin:.4rem 0 .6rem}
.matgrad p{margin:.35rem 0;overflow-x:auto;overflow-y:hidden}
.matgrad math{font-size:1.1em;
font-family:'STIX Two Math','Latin Modern Math','Cambria Math','DejaVu Math TeX Gyre',math}
.matgrad .formula{margin:.3rem 0;padding:.25rem 0;line-height:2.2;overflow-x:auto;overflow-y:hidden}
.matgrad .result{border:2px solid var(--accent);border-radius:.5rem;padding:.4rem .9rem;margin:.7rem 0;
width:fit-content;max-width:100%}
.matgrad .new{background:var(--new);border-radius:.2em}.matgrad .old{background:var(--old);border-radius:.2em}
.matgrad .change>span{display:inline-block;max-width:100%}
.matgrad .sized>mtext{font-size:.62em;color:var(--soft);font-family:system-ui,sans-serif;padding:0 .35em}
.matgrad .cases mtd{text-align:left}
.matgrad .line{display:flex;flex-wrap:wrap;align-items:center;gap:0 1rem}.matgrad .line>.formula{max-width:100%}
.matgrad .small{font-size:.86rem;color:var(--soft)}
.matgrad .numbers{color:var(--accent)}.matgrad .numbers math{font-size:1em}
.matgrad .kind{font-size:.8rem;color:var(--soft);margin-left:auto}
.matgrad .verdict{font-size:.8rem}.matgrad :is(.verdict,.given){white-space:nowrap}
.matgrad :is(.proved,.agrees,.right,.follows){color:var(--good)}
.matgrad :is(.unknown,.unreadable,.undecided,.missing){color:var(--doubt)}
.matgrad :is(.differs,.wrong,.error){color:var(--bad)}
article.matgrad.matgrad ol{list-style:none;margin:0;padding:0}
.matgrad :is(li,.card){border:1px solid var(--line);border-radius:.5rem;background:var(--card);padding:.45rem .8rem;
margin:.55rem 0}
.matgrad li li{background:none}
.matgrad li:focus-visible,.matgrad li.here{outline:3px solid var(--accent)}
.matgrad .number{font-weight:700;color:var(--accent);margin-right:.45rem}
.matgrad .change{overflow-x:auto;overflow-y:hidden;padding:.25rem 0;line-height:2}
.matgrad .change .to{color:var(--soft);margin:0 .5rem}
.matgrad details{font-size:.9rem;color:var(--soft)}.matgrad summary{cursor:pointer}
.matgrad table{border-collapse:collapse;margin:.5rem 0;display:block;overflow-x:auto}
article.matgrad.matgrad :is(td,th,tr){padding:.2rem .9rem .2rem 0;text-align:left;vertical-align:top;border:0;
background:none}
.matgrad th{border-bottom:1px solid var(--line);font-weight:600}
.matgrad .columns{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr))}
.matgrad .columns>section{border-top:3px solid var(--accent);min-width:0}
.matgrad nav a{color:var(--accent);margin-right:1rem}
.matgrad figure{margin:.6rem 0;overflow-x:auto}.matgrad figcaption{font-size:.86rem;color:var(--soft)}
.matgrad svg{display:block;font-family:system-ui,sans-serif;fill:var(--fg)}
.matgrad svg text{font-size:14px}.matgrad .quiet{fill:var(--soft)}.matgrad svg .quiet{font-size:12px}
.matgrad .block{fill:var(--card);stroke:var(--soft)}.matgrad .full{fill:var(--accent)}
.matgrad .empty{fill:none;stroke:var(--line)}
.matgrad .forward{stroke:var(--fg);fill:var(--fg);stroke-width:1.5}
.matgrad .back{stroke:var(--good);fill:var(--good);stroke-width:1.5}
.matgrad .misfit{stroke:var(--bad);stroke-width:6}
.matgrad text.back{stroke:none}
.matgrad .terms{display:flex;flex-wrap:wrap;align-items:flex-start;gap:.3rem .6rem}
.matgrad .cell{display:inline-flex;flex-direction:column;align-items:center}
.matgrad .cell small{font-size:.72rem;color:var(--soft)}
.matgrad .struck{position:relative;color:var(--soft);padding:0 .25rem}
.matgrad .strike{position:absolute;top:0;left:0;width:100%;height:100%}
.matgrad .strike line{stroke:var(--bad);stroke-width:2}
.matgrad .kept{border:2px solid var(--good);border-radius:.3rem;padding:0 .3rem}
.matgrad code{font-size:.9em}
.matgrad pre{overflow-x:auto;font-family:monospace;line-height:1.3;margin:.3rem 0;font-size:.9rem;background:none}
.matgrad mark{background:var(--old);color:inherit;border-radius:.2em}
@media(max-width:34rem){.matgrad{padding:.1rem .55rem;font-size:15px}.matgrad li{padding:.4rem .55rem}
article.matgrad.matgrad :is(td,th){padding-right:.5rem}}
@media print{.matgrad{--card:#fff;max-width:none;font-size:11pt}
.matgrad :is(li,table,figure,.result){break-inside:avoid}
.matgrad nav{display:none}.matgrad :is(h1,h2){break-after:avoid}
.matgrad details::details-content{content-visibility:visible;display:block}
.matgrad .formula,.matgrad .change{overflow:visible}
.matgrad :is(.new,.old){print-color-adjust:exact}}
"""

SCRIPT: Final = """
(()=>{const steps=[...document.querySelectorAll('.matgrad ol>li')].filter(s=>!s.querySelector('li'));let at=-1;
addEventListener('keydown',e=>{const by={ArrowRight:1,ArrowLeft:-1}
[e.key];if(!by||e.altKey||e.ctrlKey||e.metaKey||!steps.length)return;
e.preventDefault();at=Math.min(Math.max(at+by,0),steps.length-1);
steps.forEach((s,n)=>s.classList.toggle('here',n===at));
steps[at].focus({preventScroll:true});steps[at].scrollIntoView({block:'center'})})})();
"""
