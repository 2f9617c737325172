module github.com/reknit/reknit

go 1.26
