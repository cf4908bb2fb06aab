listenForFiles();
listenForQuestions();
listenForBoard();
listenForCopies();
listenForFamilies();
listenForExports();
listStudies();

// For whoever looks at the page from a console, or tests it.
globalThis.workbench = { state, isBusy: () => isAsking || isWanted };
