listenForFiles();
listenForQuestions();
listenForBoard();
listenForCopies();
listenForFamilies();
listenForExports();
listStudies();
