/** The style of the classic pages. Names of classes and ids are the original's: other people's style sheets and scrapers know them. (WEB-075) */
export const STYLESHEET = `
body { margin: 0; background: #fbfbf9; color: #222; font: 14px/1.5 system-ui, "Helvetica Neue", Arial, sans-serif; }
a { color: #1d5b8f; }
a:focus-visible { outline: 2px solid #1d5b8f; outline-offset: 2px; }
#wrapper { max-width: 960px; margin: 0 auto; padding: 0 16px; }
#header { display: flex; align-items: center; gap: 10px; padding: 14px 0; border-bottom: 1px solid #c9ccd1; font-size: 20px; font-weight: 600; }
#header span { font-size: 14px; font-weight: 400; color: #555; }
.hidden { display: none; }
.status_msg { margin: 14px 0 0; padding: 8px 12px; border: 1px solid #b8bcc4; background: #fff; overflow-wrap: anywhere; }
#buttons { display: flex; flex-wrap: wrap; gap: 8px; margin: 14px 0; padding: 0; list-style: none; }
.action-button a { display: block; padding: 4px 12px; border: 1px solid #b8bcc4; border-radius: 4px; background: #fff; color: #222; text-decoration: none; }
.action-button a:hover { border-color: #1d5b8f; }
table { width: 100%; border-collapse: collapse; background: #fff; border: 1px solid #c9ccd1; }
th, td { padding: 6px 10px; text-align: left; vertical-align: top; }
th { background: #e8eaed; font-weight: 600; }
tr.shade td { background: #f4f5f7; }
td.status span { display: inline-block; min-width: 68px; padding: 0 6px; border-radius: 3px; text-align: center; }
.statusnominal { background: #e4e6ea; }
.statusrunning { background: #b9e2c3; }
.statuserror { background: #f2b8b5; }
td.action ul { display: flex; flex-wrap: wrap; gap: 2px 12px; margin: 0; padding: 0; list-style: none; }
td.action li:has(> .hidden) { display: none; }
pre { overflow-x: auto; padding: 10px; border: 1px solid #c9ccd1; background: #fff; font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
#footer { display: flex; justify-content: space-between; max-width: 960px; margin: 20px auto; padding: 0 16px; color: #555; font-size: 13px; }
@media (prefers-color-scheme: dark) {
  body { background: #16181b; color: #e4e6ea; }
  a { color: #8cc4f0; }
  table, .status_msg, .action-button a, pre { background: #1e2125; border-color: #43484f; color: #e4e6ea; }
  th, tr.shade td { background: #272b30; }
  #header, #footer, #header span { color: #b8bcc4; border-color: #43484f; }
  td.status span { color: #16181b; }
}
`.trimStart();
