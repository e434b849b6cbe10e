// Enhancement only: every page is complete without it.
"use strict";
